import { describe, expect, it } from 'vitest';
import { createTextLog } from './text-log.ts';

function lines(level: 'error' | 'warn' | 'info' | 'debug') {
  const written: string[] = [];
  const log = createTextLog(
    level,
    (line) => written.push(line),
    () => Date.UTC(2026, 2, 1, 12, 0, 0, 123),
  );
  return { log, written };
}

describe('the text log', () => {
  it('writes time, level, sentence and fields', () => {
    const { log, written } = lines('info');
    log.warn('Client refused', { client: 'pump-7', reasonCode: 0x87, ok: false, nothing: undefined, text: 'a b' });
    expect(written).toEqual([
      expect.stringMatching(
        /^2026-03-0[12]T\d\d:\d\d:00\.123[+-]\d\d:\d\d warn {2}Client refused client=pump-7 reasonCode=135 ok=false text="a b"\n$/,
      ),
    ]);
    expect(Date.parse(written[0]!.split(' ')[0]!)).toBe(Date.UTC(2026, 2, 1, 12, 0, 0, 123));
  });

  it('lets nothing in a sentence end a line or look like a field', () => {
    const { log, written } = lines('info');
    log.info("Client 'x' reason=normal\ncode=0' was refused", { reason: 'limit' });
    log.info('y'.repeat(100_000));
    expect(written[0]).toMatch(
      / info {2}Client 'x' reason\\u003dnormal\\u000acode\\u003d0' was refused reason=limit\n$/,
    );
    expect(written[1]!.length).toBeLessThan(2100);
  });

  it('leaves out what is less important than its level, which can change', () => {
    const { log, written } = lines('warn');
    log.info('no');
    log.debug('no');
    log.error('yes');
    log.level = 'debug';
    log.debug('yes');
    expect(written).toHaveLength(2);
  });

  it.each([
    'a\nb',
    'a\r\n2026 error forged',
    'a" role="admin',
    'a=b c=d',
    '\u001b[31mred',
    '\u2028x',
    '\u202eevil',
    '\u0085x',
    '\\u000a',
    '',
    'x'.repeat(100_000),
  ])('lets nothing in a value end a line or look like another field: %j', (client) => {
    const { log, written } = lines('info');
    log.info('Client connected', { client, end: 1 });
    expect(written).toHaveLength(1);
    const match = /^\S+ info {2}Client connected client=("(?:[^"\\]|\\.)*") end=1\n$/.exec(written[0]!);
    expect(match).not.toBeNull();
    expect(match![1]).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(match![1]!.length).toBeLessThan(3100);
  });
});
