import { describe, expect, it } from 'vitest';
import { formatTime } from '../std/strftime.ts';
import { topicOf, typeOf, typesNamed, typesUpTo } from './kinds.ts';
import { bareLine, type LineForm, type LogRecord, lineOf } from './line.ts';

const record: LogRecord = {
  atMs: Date.UTC(2026, 2, 1, 12, 0, 0, 123),
  level: 'info',
  kind: 'notice',
  message: 'Client connected',
  fields: { client: 'pump 7', nothing: undefined, ok: true },
};

const form = (format: LineForm['format'], given: Partial<LineForm> = {}): LineForm => ({
  format,
  timestamp: true,
  timestampFormat: undefined,
  ...given,
});

describe('a line of the log', () => {
  it('is text with fields, JSON, or as Mosquitto has it', () => {
    expect(lineOf(record, form('text'))).toMatch(
      /^2026-03-0\dT\d\d:\d\d:00\.123\S+ info {2}Client connected client="pump 7" ok=true$/,
    );
    expect(lineOf(record, form('mosquitto'))).toBe('1772366400: Client connected client="pump 7" ok=true');
    expect(JSON.parse(lineOf(record, form('json')))).toEqual({
      time: '2026-03-01T12:00:00.123Z',
      level: 'info',
      kind: 'notice',
      message: 'Client connected',
      client: 'pump 7',
      ok: true,
    });
  });

  it('has no time where none is wanted, and any form of it otherwise', () => {
    expect(lineOf(record, form('mosquitto', { timestamp: false }))).toMatch(/^Client connected/);
    expect(lineOf(record, form('text', { timestamp: false }))).toMatch(/^info {2}Client/);
    expect(JSON.parse(lineOf(record, form('json', { timestamp: false })))).not.toHaveProperty('time');
    expect(lineOf(record, form('mosquitto', { timestampFormat: '%Y %%' }))).toMatch(/^2026 %: Client/);
    expect(bareLine(record, form('text'))).toMatch(/^info {2}Client/);
  });

  it('leaves names as they are in the words of Mosquitto, but for what ends a line or moves the cursor', () => {
    const words = (message: string): string =>
      lineOf({ ...record, message, fields: undefined }, form('mosquitto', { timestamp: false }));
    expect(words("as a=b (u'DOM\\ann').")).toBe("as a=b (u'DOM\\ann').");
    expect(words('as a\n1772366400: Login refused address=1.2.3.4')).not.toContain('\n');
    expect(words('\u001b[2J\u202e\u0085\ud800')).toBe('\\u001b[2J\\u202e\\u0085\\ud800');
    expect(words('y'.repeat(100_000)).length).toBeLessThan(2_100);
  });

  it.each(['a\nb', '\u001b[31m', '\u202eevil', '\u2028', '\u0085', '"},{"level":"x', 'x'.repeat(70_000)])(
    'is one line of JSON whatever a client chose: %j',
    (client) => {
      const line = lineOf({ ...record, message: client, fields: { client, level: 'forged' } }, form('json'));
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      const read = JSON.parse(line) as Record<string, unknown>;
      expect(read['level']).toBe('info');
      expect(client.startsWith(String(read['client']).slice(0, 500))).toBe(true);
    },
  );

  it('keeps names of fields apart from those of objects', () => {
    const fields = Object.fromEntries([['__proto__', 'x']]) as Record<string, string>;
    expect(() => JSON.parse(lineOf({ ...record, fields }, form('json')))).not.toThrow();
  });
});

describe('times', () => {
  const date = new Date(2026, 0, 5, 3, 4, 9);
  it.each([
    ['%Y-%m-%dT%H:%M:%S', '2026-01-05T03:04:09'],
    ['%F %T', '2026-01-05 03:04:09'],
    ['%a %A %b %B %e', 'Mon Monday Jan January  5'],
    ['%D %y %j %p %I', '01/05/26 26 005 AM 03'],
    ['%l:%M %P%n%C', ' 3:04 am\n20'],
    ['%s', String(date.getTime() / 1000)],
    ['100%% %Q %', '100% %Q %'],
  ])('%s', (format, text) => {
    expect(formatTime(format, date)).toBe(text);
  });

  it('has the offset from UTC', () => {
    expect(formatTime('%z', date)).toMatch(/^[+-]\d{4}$/);
  });
});

describe('kinds of lines', () => {
  const of = (level: LogRecord['level'], kind?: LogRecord['kind']) => typeOf({ ...record, level, kind });

  it('are those of Mosquitto', () => {
    expect([of('error'), of('warn'), of('info'), of('info', 'notice'), of('debug')]).toEqual([
      'error',
      'warning',
      'information',
      'notice',
      'debug',
    ]);
    expect([of('info', 'subscribe'), of('info', 'unsubscribe')]).toEqual(['subscribe', 'unsubscribe']);
  });

  it('have topics by their letters, those for debugging none', () => {
    const topics = (['error', 'warn', 'info', 'debug'] as const).map((level) =>
      topicOf({ ...record, level, kind: undefined }),
    );
    expect(topics).toEqual(['E', 'W', 'I', undefined]);
    expect(topicOf(record)).toBe('N');
    expect(topicOf({ ...record, kind: 'subscribe' })).toBe('M/subscribe');
  });

  it('come by level or by name', () => {
    expect([...typesUpTo('warn')]).toEqual(['error', 'warning']);
    expect([...typesNamed(['notice', 'none', 'subscribe'])]).toEqual(['notice', 'subscribe']);
    expect([...typesNamed(['none'])]).toEqual([]);
    expect([...typesNamed(['error', 'all'])]).toEqual([...typesUpTo('debug')]);
  });
});
