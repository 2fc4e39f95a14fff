/**
 * What is a topic name, what is a topic filter, and which filter matches which name, straight from section 4.7 of the
 * specification. Names are compared as they came, without normalization [MQTT-4.7.3-4]: case counts, a space counts,
 * and an empty level is a level. Nothing here recurses, since a name may have 32,768 levels.
 */

/** The longest topic name or filter, in bytes of UTF-8 [MQTT-4.7.3-3]. */
export const TOPIC_BYTES_MAX = 65_535;

const NUL = 0x00;
const HASH = 0x23;
const DOLLAR = 0x24;
const PLUS = 0x2b;
const SLASH = 0x2f;

/**
 * Says what is wrong with a topic name, in words that follow "the topic name", or undefined when it is well formed.
 * Whether the name is well-formed UTF-8 was decided when it was decoded.
 */
export function topicNameProblem(topic: string): string | undefined {
  if (topic.length === 0) return 'is empty [MQTT-4.7.3-1]';
  for (let i = 0; i < topic.length; i++) {
    const code = topic.charCodeAt(i);
    if (code > PLUS) continue;
    if (code === NUL) return 'contains U+0000 [MQTT-4.7.3-2]';
    if (code === HASH || code === PLUS) {
      return `contains the wildcard ${topic[i]}, which only a topic filter may have [MQTT-4.7.0-1]`;
    }
  }
  return lengthProblem(topic);
}

/**
 * Says what is wrong with a topic filter, in words that follow "the topic filter", or undefined when it is well
 * formed. A shared subscription's prefix is no part of the filter; see `parseFilter`.
 */
export function topicFilterProblem(filter: string): string | undefined {
  if (filter.length === 0) return 'is empty [MQTT-4.7.3-1]';
  for (let i = 0; i < filter.length; i++) {
    const code = filter.charCodeAt(i);
    if (code > PLUS) continue;
    if (code === NUL) return 'contains U+0000 [MQTT-4.7.3-2]';
    if (code !== HASH && code !== PLUS) continue;
    const beginsLevel = i === 0 || filter.charCodeAt(i - 1) === SLASH;
    const endsFilter = i === filter.length - 1;
    if (code === HASH && !(beginsLevel && endsFilter)) {
      return 'has a # that is not the whole last level [MQTT-4.7.1-1]';
    }
    if (code === PLUS && !(beginsLevel && (endsFilter || filter.charCodeAt(i + 1) === SLASH))) {
      return 'has a + that is not a whole level [MQTT-4.7.1-2]';
    }
  }
  return lengthProblem(filter);
}

function lengthProblem(text: string): string | undefined {
  // No UTF-16 unit takes more than three bytes, so most names need no count.
  if (text.length * 3 <= TOPIC_BYTES_MAX) return undefined;
  const bytes = Buffer.byteLength(text);
  return bytes > TOPIC_BYTES_MAX ? `takes ${bytes} bytes; the limit is ${TOPIC_BYTES_MAX} [MQTT-4.7.3-3]` : undefined;
}

/** Levels of a topic name or filter: one more than it has slashes. */
export function countLevels(topic: string): number {
  let levels = 1;
  for (let at = topic.indexOf('/'); at >= 0; at = topic.indexOf('/', at + 1)) levels++;
  return levels;
}

/** Whether a well-formed topic filter can match more than one topic name. */
export function isWildcard(filter: string): boolean {
  return filter.includes('+') || filter.endsWith('#');
}

/** Where the level that begins at `start` ends: the next slash or the end of the text. */
export function levelEnd(topic: string, start: number): number {
  const slash = topic.indexOf('/', start);
  return slash < 0 ? topic.length : slash;
}

/**
 * Whether a well-formed filter matches a well-formed topic name. A wildcard in the first level does not match a name
 * that begins with $ [MQTT-4.7.2-1].
 */
export function matches(filter: string, topic: string): boolean {
  if (topic.charCodeAt(0) === DOLLAR) {
    const first = filter.charCodeAt(0);
    if (first === HASH || first === PLUS) return false;
  }
  return matchesRest(filter, 0, topic, 0);
}

/**
 * Whether the levels of `filter` from `filterAt` on match the levels of `topic` from `topicAt` on. Both positions are
 * the beginning of a level, or one past the length when no level is left. The rule for $ is the caller's.
 */
export function matchesRest(filter: string, filterAt: number, topic: string, topicAt: number): boolean {
  let f = filterAt;
  let t = topicAt;
  while (f <= filter.length) {
    const code = filter.charCodeAt(f);
    // # stands for any number of levels, none included, so `a/#` matches `a`.
    if (code === HASH) return true;
    if (t > topic.length) return false;
    const topicEnd = levelEnd(topic, t);
    if (code === PLUS) {
      f += 2;
    } else {
      const filterEnd = levelEnd(filter, f);
      if (filterEnd - f !== topicEnd - t) return false;
      for (; f < filterEnd; f++, t++) if (filter.charCodeAt(f) !== topic.charCodeAt(t)) return false;
      f++;
    }
    t = topicEnd + 1;
  }
  return t > topic.length;
}
