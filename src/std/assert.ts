/**
 * How the code says that it is itself at fault. A failed assertion means that shared state can no longer be trusted,
 * so nobody catches it below the entry point: the process stops. What a client or the world does wrong is never
 * reported this way.
 */

/** Our fault: something that cannot be was. The process should stop. */
export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure';
}

/**
 * Does nothing when `condition` is truthy.
 * @throws AssertionFailure with `message`, which says what was expected and what was found
 */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message);
}
