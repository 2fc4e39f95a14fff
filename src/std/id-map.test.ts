import { describe, expect, it } from 'vitest';
import { added, IdMap, type IdMapEntry, noEntries } from './id-map.ts';

const entry = (packetId: number): IdMapEntry => ({ packetId, addedAs: 0 });

describe('IdMap', () => {
  it('finds what was added and not what was deleted', () => {
    const map = new IdMap<IdMapEntry>();
    const one = entry(1);
    expect(map.get(1)).toBeUndefined();
    expect(map.delete(1)).toBe(false);
    map.add(one);
    expect(map.get(1)).toBe(one);
    expect(map.has(2)).toBe(false);
    expect(map.delete(1)).toBe(true);
    expect(map.delete(1)).toBe(false);
    expect(map.size).toBe(0);
  });

  it('keeps identifiers apart that belong to the same place', () => {
    const map = new IdMap<IdMapEntry>();
    for (const id of [8, 16, 24]) map.add(entry(id));
    expect(map.delete(8)).toBe(true);
    expect([8, 16, 24].map((id) => map.has(id))).toEqual([false, true, true]);
    map.add(entry(8));
    expect(map.values().map(({ packetId }) => packetId)).toEqual([16, 24, 8]);
  });

  it('holds all 65,535 identifiers in the order in which they came', () => {
    const map = new IdMap<IdMapEntry>();
    for (let id = 65_535; id > 0; id--) map.add(entry(id));
    expect(map.size).toBe(65_535);
    expect(map.values().map(({ packetId }) => packetId)).toEqual(Array.from({ length: 65_535 }, (_, i) => 65_535 - i));
  });

  it('does as a Map does, whatever comes and goes', () => {
    let state = 7;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) % below;
    };
    for (const idsMax of [5, 40, 300, 65_535]) {
      const map = new IdMap<IdMapEntry>();
      const model = new Map<number, IdMapEntry>();
      for (let step = 0; step < 5000; step++) {
        const id = 1 + random(idsMax);
        // Phases in which it fills and phases in which it empties.
        if (random(10) < (step % 1000 < 500 ? 7 : 3)) {
          if (!model.has(id)) {
            const added = entry(id);
            map.add(added);
            model.set(id, added);
          }
        } else {
          expect(map.delete(id)).toBe(model.delete(id));
        }
        expect(map.get(id)).toBe(model.get(id));
        expect(map.size).toBe(model.size);
        if (step % 97 === 0) expect(map.values()).toEqual([...model.values()]);
      }
      map.clear();
      expect(map.values()).toEqual([]);
    }
  });

  it('is made with the first entry, and nobody shares it', () => {
    const one = added<IdMapEntry>(noEntries, entry(1));
    const other = added<IdMapEntry>(noEntries, entry(2));
    expect(noEntries.size).toBe(0);
    expect(added(one, entry(3))).toBe(one);
    expect(one.values().map(({ packetId }) => packetId)).toEqual([1, 3]);
    expect(other.values().map(({ packetId }) => packetId)).toEqual([2]);
    one.clear();
    expect(added(one, entry(4))).toBe(one);
  });
});
