/** JSON of the file and of commands: values that may be anything, read by what is wanted of them. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** An object that is no array, or undefined. */
export function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** What an object itself has under a name, and nothing that it inherits. */
export function field(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

export function textField(object: JsonObject, name: string): string | undefined {
  const value = field(object, name);
  return typeof value === 'string' ? value : undefined;
}

export function integerField(object: JsonObject, name: string, absent: number): number {
  const value = field(object, name);
  return typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : absent;
}

export function arrayField(object: JsonObject, name: string): readonly unknown[] | undefined {
  const value = field(object, name);
  return Array.isArray(value) ? value : undefined;
}
