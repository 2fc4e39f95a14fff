/**
 * Cuts `emqx.conf` and the files in `etc/plugins` into keys and values, as EMQX 4 does: `key = value`, where everything
 * after the first `=` is the value, `#` and quotes included. Knows no key. The text is untrusted: whatever it holds, the
 * answer is lines and problems in bounded time.
 */

import type { ConfigProblem, Origin } from '../error.ts';
import { quoted } from '../value.ts';

/** One `key = value`. */
export interface KeyLine {
  /** Words joined by dots; a dot inside a word is `\.`, as it was written. */
  readonly key: string;
  readonly value: string;
  readonly origin: Origin;
}

/** One `include FILE`. */
export interface IncludeLine {
  readonly include: string;
  readonly origin: Origin;
}

export interface Lines {
  readonly lines: readonly (KeyLine | IncludeLine)[];
  readonly problems: readonly ConfigProblem[];
}

/** A configuration is some kilobytes; the stock file of EMQX 4.3 has 80 KB. */
const textLengthMax = 4 * 1024 * 1024;
const problemsMax = 50;

const keyForm = /^(?:[A-Za-z0-9_@/:$-]|\\\.)+(?:\.(?:[A-Za-z0-9_@/:$-]|\\\.)+)*$/;

/** @param file as problems name it */
export function cutLines(text: string, file: string): Lines {
  if (text.length > textLengthMax) {
    const problem = `has ${text.length} characters; the limit is ${textLengthMax}. Is this a configuration file?`;
    return { lines: [], problems: [{ origin: { kind: 'file', file, line: 0 }, text: problem }] };
  }
  const lines: (KeyLine | IncludeLine)[] = [];
  const problems: ConfigProblem[] = [];
  for (const [index, raw] of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    const line = raw.trim();
    // The packages fill {{placeholders}} in; a line with nothing else is left over from one.
    if (line === '' || line.startsWith('#') || /^\{\{.*\}\}$/.test(line)) continue;
    const origin: Origin = { kind: 'file', file, line: index + 1 };
    const read = readLine(line, origin);
    if (typeof read !== 'string') lines.push(read);
    else if (problems.length < problemsMax) problems.push({ origin, text: read });
  }
  return { lines, problems };
}

/** The line, or what is wrong with it. */
function readLine(line: string, origin: Origin): KeyLine | IncludeLine | string {
  const include = /^include\s+([^=\s].*)$/.exec(line)?.[1];
  if (include !== undefined) return { include: include.trim(), origin };
  const equals = line.indexOf('=');
  if (equals < 0) return `got ${quoted(line)}; allowed: key = value, # and a remark, or include and a file`;
  const key = line.slice(0, equals).trim();
  const value = line.slice(equals + 1).trim();
  if (!keyForm.test(key)) return `got the key ${quoted(key)}; allowed: words of letters, digits and _ joined by dots`;
  // Terminals and logs show values, and nobody means a control character.
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) {
      if (code !== 0x09) return `${quoted(key)}: got a value with a control character`;
    }
  }
  return { key, value, origin };
}

/** The words of a key, in which `\.` has become a dot. */
export function wordsOfKey(key: string): string[] {
  const words: string[] = [''];
  for (let at = 0; at < key.length; at++) {
    const character = key[at]!;
    if (character === '\\' && key[at + 1] === '.') {
      words[words.length - 1] += '.';
      at++;
    } else if (character === '.') words.push('');
    else words[words.length - 1] += character;
  }
  return words;
}
