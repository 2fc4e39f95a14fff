/**
 * Commands as an operator writes them: `HMGET mqtt_user:%u password`. They are cut into words before anything is filled
 * in, so that what a client says stays within its word. Only commands that read are allowed.
 */

import { type Asked, fill, type Piece, type Placeholder, parsePieces, utf8Text } from '../remote/placeholders.ts';

const PLACEHOLDERS: readonly Placeholder[] = ['%u', '%c', '%C', '%d'];

/** Each with the least and the greatest number of its arguments. */
const READING: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['GET', [1, 1]],
  ['MGET', [1, 16]],
  ['HGET', [2, 2]],
  ['HMGET', [2, 17]],
  ['HGETALL', [1, 1]],
]);

/** What each value of an answer is. */
export type ReplyShape =
  /** One value, or one for each of `fields` in their order. */
  | { readonly kind: 'values'; readonly fields: readonly string[] }
  /** Names and values by turns. */
  | { readonly kind: 'pairs' };

export interface CommandTemplate {
  /** In capital letters. */
  readonly name: string;
  readonly args: readonly (readonly Piece[])[];
  readonly shape: ReplyShape;
}

/** @param allowed names of commands that give what is needed here; all that read unless given */
export function parseCommand(
  text: string,
  allowed: readonly string[] = [...READING.keys()],
): CommandTemplate | { readonly problem: string } {
  const [first = '', ...words] = text.trim().split(/\s+/);
  const name = first.toUpperCase();
  const bounds = READING.get(name);
  if (bounds === undefined || !allowed.includes(name)) {
    return { problem: `got the command ${JSON.stringify(first.slice(0, 40))}; allowed: ${allowed.join(', ')}` };
  }
  const [min, max] = bounds;
  if (words.length < min || words.length > max) {
    const range = min === max ? `${min}` : `${min} to ${max}`;
    return { problem: `${name} needs ${range} arguments; got ${words.length}` };
  }
  const args: (readonly Piece[])[] = [];
  for (const word of words) {
    const pieces = parsePieces(word, PLACEHOLDERS);
    if ('problem' in pieces) return pieces;
    args.push(pieces);
  }
  return { name, args, shape: shapeOf(name, words) };
}

function shapeOf(name: string, words: readonly string[]): ReplyShape {
  if (name === 'HGETALL') return { kind: 'pairs' };
  return { kind: 'values', fields: name.startsWith('H') ? words.slice(1) : [] };
}

/** Undefined when the client says nothing of a placeholder, and so is nobody that could be asked about. */
export function filledArgs({ args }: CommandTemplate, asked: Asked): readonly string[] | undefined {
  const filled: string[] = [];
  for (const pieces of args) {
    const bytes = fill(pieces, asked);
    const text = bytes === undefined ? undefined : utf8Text(bytes);
    if (text === undefined) return undefined;
    filled.push(text);
  }
  return filled;
}
