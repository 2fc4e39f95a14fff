/**
 * Sizes and durations as people write them. A size is a number of bytes (1 KB is 1024 bytes, as in mosquitto.conf's and
 * EMQX's world), a duration a number of seconds. Pure.
 */

const sizeUnits: readonly (readonly [suffix: string, bytes: number])[] = [
  ['GB', 1024 ** 3],
  ['MB', 1024 ** 2],
  ['KB', 1024],
];

const sizeFactors: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['B', 1],
  ['K', 1024],
  ['KB', 1024],
  ['KIB', 1024],
  ['M', 1024 ** 2],
  ['MB', 1024 ** 2],
  ['MIB', 1024 ** 2],
  ['G', 1024 ** 3],
  ['GB', 1024 ** 3],
  ['GIB', 1024 ** 3],
]);

const durationUnits: readonly (readonly [suffix: string, seconds: number])[] = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
];

const durationFactors: ReadonlyMap<string, number> = new Map([['ms', 0.001], ...durationUnits]);

/** Bytes, or undefined when the text is no size. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d{1,16})(?:\.(\d{1,6}))? ?([A-Za-z]{0,3})$/.exec(text);
  if (match === null) return undefined;
  const factor = sizeFactors.get((match[3] ?? '').toUpperCase());
  if (factor === undefined) return undefined;
  const bytes = Number(`${match[1]}.${match[2] ?? '0'}`) * factor;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** The shortest exact form: `1MB`, `1536KB`, `100`. */
export function formatSize(bytes: number): string {
  for (const [suffix, factor] of sizeUnits) {
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${suffix}`;
  }
  return String(bytes);
}

/** Seconds, or undefined when the text is no duration. */
export function parseDuration(text: string): number | undefined {
  if (/^\d{1,15}(\.\d{1,3})?$/.test(text)) return Number(text);
  if (text.length > 60 || !/^(\d{1,12}(ms|[smhd]))+$/.test(text)) return undefined;
  let milliseconds = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|[smhd])/g)) {
    milliseconds += Math.round(Number(amount) * (durationFactors.get(unit ?? '') ?? 0) * 1000);
  }
  return milliseconds / 1000;
}

/** The shortest exact form: `15s`, `5m`, `1h30m`, `500ms`. */
export function formatDuration(seconds: number): string {
  if (seconds === 0) return '0';
  let text = '';
  let rest = seconds;
  for (const [suffix, factor] of durationUnits) {
    const amount = Math.floor(rest / factor);
    if (amount > 0) text += `${amount}${suffix}`;
    rest -= amount * factor;
  }
  const milliseconds = Math.round(rest * 1000);
  return milliseconds > 0 ? `${text}${milliseconds}ms` : text;
}
