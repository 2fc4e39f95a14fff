/** Values for the parameters and bodies of the OpenAPI document: one that fits, and any number that were meant to hurt. */

export interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly const?: unknown;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly minProperties?: number;
  readonly minimum?: number;
  readonly default?: unknown;
}

export interface Operation {
  readonly parameters: readonly { name: string; in: 'path' | 'query'; required: boolean; schema: Schema }[];
  readonly requestBody?: { content: Readonly<Record<string, { schema: Schema }>> };
  readonly responses: Readonly<Record<string, { content?: Readonly<Record<string, unknown>> }>>;
  readonly 'x-scope': 'public' | 'read' | 'operate' | 'admin';
}

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** Each operation with its method and path. */
export function operationsOf({ paths }: Document): { method: string; path: string; operation: Operation }[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

/** A value that the schema takes, with what may be left out left out. */
export function fitting(schema: Schema): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (schema.anyOf !== undefined) return fitting(schema.anyOf[0] ?? {});
  if (schema.type === 'string') return 'x'.repeat(Math.max(1, schema.minLength ?? 1));
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1;
  if (schema.type === 'boolean') return false;
  if (schema.type === 'array') return schema.minItems === undefined ? [] : [fitting(schema.items ?? {})];
  const { properties = {}, required = [], minProperties = 0 } = schema;
  const names = new Set([...required, ...Object.keys(properties).slice(0, minProperties)]);
  return Object.fromEntries([...names].map((name) => [name, fitting(properties[name] ?? {})]));
}

/** The path with its query and the body. @param value makes the value of a schema */
export function requestOf(
  path: string,
  { parameters, requestBody }: Operation,
  value: (schema: Schema) => unknown,
  allOptional: boolean = false,
): { url: string; body: unknown } {
  let url = path;
  const query: string[] = [];
  for (const { name, in: place, required, schema } of parameters) {
    const text = encodeURIComponent(textOf(value(schema)));
    if (place === 'path') url = url.replace(`{${name}}`, () => text);
    else if (required || allOptional) query.push(`${name}=${text}`);
  }
  const schema = Object.values(requestBody?.content ?? {})[0]?.schema;
  const body = schema === undefined ? undefined : value(schema);
  return { url: query.length === 0 ? url : `${url}?${query.join('&')}`, body };
}

/** Any value as a part of an address; halves of characters, which an address cannot hold, are replaced. */
export function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return Buffer.from(text ?? '').toString();
}

const texts = [
  '', ' ', '\0', '\u0000a', '__proto__', 'constructor', 'toString', '../../etc/passwd', '..%2f..%2f', '%', '%00', '%ff',
  "' OR 1=1 --", '"; DROP TABLE users; --', '<script>alert(1)</script>', '{{7*7}}', '$SYS/#', '#', '+', 'a/#/b', '$share//x',
  '$share/g/#', '$share/g', '/'.repeat(300), 'ü'.repeat(200), '\ud83d', '\u202e\u0007\u001b[2J', 'a'.repeat(20_000),
  '(a+)+$', '[', '1e400', '-1', 'NaN', 'null', 'true', '0x10', '10.0.0.0/33', '::/129', '256.1.1.1', '9'.repeat(400),
  '2030-12-31T00:00:00Z', '+275760-09-13T00:00:00.001Z', 'W10', 'WyJhIiwiYiJd',
]; // biome-ignore format: a list

const others: readonly unknown[] = [
  null, true, false, 0, -1, 1, 2, 1.5, 1e308, -1e308, 4_294_967_296, Number.MAX_SAFE_INTEGER, [], {}, [[]], [null],
  { __proto__: null, constructor: 1 }, JSON.parse('{"__proto__":{"admin":true}}'), { length: -1 },
]; // biome-ignore format: a list

/** @param random from 0 to 1 */
export function hostile(schema: Schema, random: () => number): unknown {
  const dice = random();
  if (dice < 0.2) return others[Math.floor(random() * others.length)];
  if (dice < 0.3) return fitting(schema);
  if (schema.anyOf !== undefined)
    return hostile(schema.anyOf[Math.floor(random() * schema.anyOf.length)] ?? {}, random);
  if (schema.const !== undefined && dice < 0.8) return schema.const;
  if (schema.type === 'object' && schema.properties !== undefined) {
    const fields = Object.entries(schema.properties).filter(() => random() < 0.9);
    return Object.fromEntries(fields.map(([name, one]) => [name, hostile(one, random)]));
  }
  if (schema.type === 'array') {
    return Array.from({ length: Math.floor(random() * 4) }, () => hostile(schema.items ?? {}, random));
  }
  if ((schema.type === 'integer' || schema.type === 'boolean') && dice < 0.7) return fitting(schema);
  return texts[Math.floor(random() * texts.length)];
}
