/**
 * Topic names and filters for property tests, from so few levels that they meet often, and a second opinion on what
 * matches, written as the specification words it. It shares no code with what it judges.
 */

import fc from 'fast-check';

/** Compares split levels one by one. */
export function referenceMatches(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  if (topic.startsWith('$') && (wanted[0] === '#' || wanted[0] === '+')) return false;
  const multi = wanted.at(-1) === '#';
  if (multi) wanted.pop();
  if (multi ? levels.length < wanted.length : levels.length !== wanted.length) return false;
  return wanted.every((level, i) => level === '+' || level === levels[i]);
}

const topicLevel = fc.constantFrom('a', 'b', '', '$x', 'a-name-of-thirteen');
const filterLevel = fc.constantFrom('a', 'b', '', '$x', 'a-name-of-thirteen', '+', '+');

/** Well-formed topic names of one to four levels. */
export const someTopic: fc.Arbitrary<string> = fc
  .array(topicLevel, { minLength: 1, maxLength: 4 })
  .map((levels) => levels.join('/') || 'a');

/** Well-formed topic filters of one to five levels, with and without wildcards. */
export const someFilter: fc.Arbitrary<string> = fc
  .tuple(fc.array(filterLevel, { minLength: 1, maxLength: 4 }), fc.constantFrom('', '', '/#', '#'))
  .map(([levels, end]) => (end === '#' ? end : `${levels.join('/')}${end}` || 'b'));
