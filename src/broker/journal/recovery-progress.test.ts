import { expect, it } from 'vitest';
import type { LogFields } from '../../ports/log.ts';
import { silentLog } from '../../ports/log.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import { RecoveryProgress } from './recovery-progress.ts';

function read(msPerRecord: number, records: number): LogFields[] {
  const clock = new FakeClock();
  const told: LogFields[] = [];
  const log = { ...silentLog, info: (_text: string, fields: LogFields = {}) => void told.push(fields) };
  const store = {
    *range() {
      for (let i = 0; i < records; i++) {
        clock.advance(msPerRecord);
        yield { key: String(i), value: new Uint8Array() };
      }
    },
  };
  const seen = [...new RecoveryProgress(store, clock, log).range('')];
  expect(seen).toHaveLength(records);
  return told;
}

it('tells about once a second how far the reading has come', () => {
  const told = read(0.125, 40_000);
  expect(told.map(({ seconds }) => seconds)).toEqual([1, 2, 3, 4]);
  expect(told.at(-1)?.['records']).toBeGreaterThan(30_000);
});

it('says nothing of a store that is read at once', () => {
  expect(read(0.01, 40_000)).toEqual([]);
});
