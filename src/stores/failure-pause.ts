/**
 * How long a disk is left alone that fails again and again for a reason nobody knows. The first time it is tried again
 * at once; then the pauses grow, and whoever comes meanwhile gets the last error.
 */

const FIRST_PAUSE_MS = 100;
const PAUSE_MS_MAX = 5000;

export class FailurePause {
  #failure: Error | undefined;
  #failures = 0;
  #untilMs = 0;

  /** @throws the last error while the pause lasts */
  check(): void {
    if (this.#failure !== undefined && performance.now() < this.#untilMs) throw this.#failure;
  }

  /** Answers the error. */
  begin(failure: Error): Error {
    const pauseMs = this.#failures === 0 ? 0 : Math.min(PAUSE_MS_MAX, FIRST_PAUSE_MS * 2 ** (this.#failures - 1));
    this.#failure = failure;
    this.#failures++;
    this.#untilMs = performance.now() + pauseMs;
    return failure;
  }

  end(): void {
    this.#failure = undefined;
    this.#failures = 0;
  }
}
