/**
 * Topics that ask for a later publish: `$delayed/<seconds>/<topic>`, as EMQX has them. A number below 4,294,967 is seconds
 * from now, a larger one seconds since the epoch.
 */

/** The longest wait, and the number from which a time is meant, in seconds. */
export const DELAY_SECONDS_MAX = 4_294_967;

const PREFIX = '$delayed/';

export interface DelayedTopic {
  /** Seconds from now, or since the epoch when it is at least `DELAY_SECONDS_MAX`. */
  readonly seconds: number;
  /** Where it is published then. */
  readonly topic: string;
}

export function isDelayedTopic(topic: string): boolean {
  return topic.charCodeAt(0) === 0x24 && topic.startsWith(PREFIX);
}

/** Undefined for a topic that begins like one but is none. */
export function parseDelayedTopic(topic: string): DelayedTopic | undefined {
  const slash = topic.indexOf('/', PREFIX.length);
  const digits = topic.slice(PREFIX.length, slash);
  if (slash < 0 || digits.length === 0 || digits.length > 15) return undefined;
  for (let i = 0; i < digits.length; i++) {
    const code = digits.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return undefined;
  }
  const rest = topic.slice(slash + 1);
  if (rest === '' || isDelayedTopic(rest)) return undefined;
  return { seconds: Number(digits), topic: rest };
}
