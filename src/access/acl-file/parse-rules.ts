/**
 * The language of Mosquitto's acl_file: `user NAME`, `topic [ACCESS] FILTER` for the user above or for clients without
 * a user name, `pattern [ACCESS] FILTER` for everybody. A line that means nothing is an error with its number.
 */

import { topicFilterProblem } from '../../topic/name.ts';
import { LineProblem } from '../rules/line-problem.ts';
import { TopicPattern } from '../rules/topic-pattern.ts';

export interface FileRule {
  readonly access: FileAccess;
  readonly pattern: TopicPattern;
  readonly line: number;
  /** The line as it is written, without blanks around it. */
  readonly text: string;
}

export type FileAccess = 'read' | 'write' | 'readwrite' | 'deny';

/** What one file says. Lists are in the order of the file. */
export interface ParsedFile {
  /** By user name: a user's lines count together, wherever they stand. */
  readonly ofUser: ReadonlyMap<string, readonly FileRule[]>;
  /** Of clients without a user name: the lines before the first user. */
  readonly ofAnonymous: readonly FileRule[];
  readonly patterns: readonly FileRule[];
  /** All lines that are rules. */
  readonly size: number;
}

const ACCESS_WORDS: ReadonlySet<string> = new Set<FileAccess>(['read', 'write', 'readwrite', 'deny']);

function isAccess(word: string): word is FileAccess {
  return ACCESS_WORDS.has(word);
}

/** @throws LineProblem at the first line that is none of the three */
export function parseFile(source: string): ParsedFile {
  const ofUser = new Map<string, FileRule[]>();
  const ofAnonymous: FileRule[] = [];
  const patterns: FileRule[] = [];
  let current = ofAnonymous;
  for (const [index, whole] of source.split('\n').entries()) {
    const line = index + 1;
    const text = whole.trim();
    if (text === '' || whole.startsWith('#')) continue;
    const [word, rest] = cut(text);
    if (word === 'user') {
      if (rest === '') throw new LineProblem(line, 'user is followed by the name of a user');
      current = ofUser.get(rest) ?? [];
      ofUser.set(rest, current);
    } else if (word === 'topic' || word === 'pattern') {
      const list = word === 'topic' ? current : patterns;
      list.push(ruleOf(word, rest, text, line));
    } else {
      throw new LineProblem(line, `got "${word}"; a line begins with user, topic, pattern or, in its first column, #`);
    }
  }
  const counts = [...ofUser.values()].map((rules) => rules.length);
  const size = counts.reduce((sum, count) => sum + count, ofAnonymous.length + patterns.length);
  return { ofUser, ofAnonymous, patterns, size };
}

function ruleOf(word: 'topic' | 'pattern', rest: string, text: string, line: number): FileRule {
  if (rest === '') throw new LineProblem(line, `${word} is followed by a topic`);
  const [first, behind] = cut(rest);
  // Mosquitto would take the line as the topic "deny", open to reading and writing; it is rather one that was cut off.
  if (behind === '' && isAccess(first)) {
    throw new LineProblem(
      line,
      `a topic is missing; for the topic "${first}" itself write: ${word} readwrite ${first}`,
    );
  }
  if (behind !== '' && !isAccess(first)) {
    throw new LineProblem(
      line,
      `got "${first}"; allowed: read, write, readwrite, deny. A topic with a blank needs one of them before it`,
    );
  }
  const [access, topic]: [FileAccess, string] =
    behind !== '' && isAccess(first) ? [first, behind] : ['readwrite', rest];
  const wrong = topic.includes('\t') ? 'contains a tab; words are separated by blanks' : topicFilterProblem(topic);
  if (wrong !== undefined) throw new LineProblem(line, `the topic "${topic}" ${wrong}`);
  const placeholders = word === 'pattern' ? 'anywhere' : 'none';
  return { access, pattern: new TopicPattern(topic, { dollar: false, placeholders }), line, text };
}

/** The first word, and what follows the blanks behind it. */
function cut(text: string): [word: string, rest: string] {
  const blank = text.indexOf(' ');
  return blank < 0 ? [text, ''] : [text.slice(0, blank), text.slice(blank + 1).trim()];
}
