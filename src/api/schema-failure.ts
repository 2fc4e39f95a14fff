/** What a caller is told of a request that is not as its schema says: which part, what it got, and what is allowed. */

import { shorten } from '../std/shorten.ts';

/** One complaint of the validator; a choice of fixed values gives one for each of them. */
export interface SchemaComplaint {
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly keyword: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
}

const TEXT_MAX = 60;

/**
 * @param part the part of the request that the paths begin in, such as `body`
 * @param value what was sent as that part; a value in it is shown only where the choice is between fixed values, so that
 *   no secret is repeated
 */
export function schemaFailureText(complaints: readonly SchemaComplaint[], part: string, value: unknown): string {
  const [first] = complaints;
  if (first === undefined) return `${part} is not what is expected`;
  const where = `${part}${first.instancePath}`;
  const fixed = complaints.filter(
    ({ keyword, instancePath }) => keyword === 'const' && instancePath === first.instancePath,
  );
  const branches = new Set(fixed.map(branchOf));
  // A fixed value that is a text complains of the type too, and the choice complains of them all.
  if (fixed.length > 0 && complaints.every((each) => each.keyword === 'anyOf' || branches.has(branchOf(each)))) {
    const allowed = fixed.map(({ params }) => params['allowedValue']).join(', ');
    return `${where} got ${gotText(value, first.instancePath)}; allowed: ${allowed}`;
  }
  if (first.keyword === 'additionalProperties') {
    return `${where} got ${quoted(String(first.params['additionalProperty']))}, which it does not know`;
  }
  return complaints.map(({ instancePath, message = 'is wrong' }) => `${part}${instancePath} ${message}`).join(', ');
}

function branchOf({ schemaPath }: SchemaComplaint): string {
  return schemaPath.slice(0, schemaPath.lastIndexOf('/'));
}

function gotText(value: unknown, path: string): string {
  let at = value;
  // A JSON pointer writes "/" in a name as "~1" and "~" as "~0".
  for (const name of path.split('/').slice(1)) {
    const key = name.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return 'nothing';
    at = (at as Record<string, unknown>)[key];
  }
  return typeof at === 'string' ? quoted(at) : `a value of type ${at === null ? 'null' : typeof at}`;
}

const quoted = (text: string): string => JSON.stringify(shorten(text, TEXT_MAX));
