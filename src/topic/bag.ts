/**
 * The values of one filter. Nearly every filter has one subscriber, some have a few, and a few have hundreds of
 * thousands: so a single value is stored as itself, a few in an array, and many in a set, where leaving takes constant
 * time. Values keep the order in which they were added, whatever the form, because that is the order of delivery.
 */

/** Above this many an array becomes a set; at half of it the set becomes an array again. */
const FEW_MAX = 16;

class Several<V> {
  items: V[] | Set<V>;

  constructor(items: V[] | Set<V>) {
    this.items = items;
  }
}

/** One value or more. There is no empty bag: undefined stands for it. */
export type Bag<V> = V | Several<V>;

export function bagHas<V>(bag: Bag<V>, value: V): boolean {
  if (!(bag instanceof Several)) return bag === value;
  return bag.items instanceof Set ? bag.items.has(value) : bag.items.includes(value);
}

/** Adds a value that is not in the bag. The bag that was given must not be used any more. */
export function bagWith<V>(bag: Bag<V> | undefined, value: V): Bag<V> {
  if (bag === undefined) return value;
  if (!(bag instanceof Several)) return new Several([bag, value]);
  if (bag.items instanceof Set) {
    bag.items.add(value);
  } else {
    bag.items.push(value);
    if (bag.items.length > FEW_MAX) bag.items = new Set(bag.items);
  }
  return bag;
}

/** Removes a value that is in the bag. The bag that was given must not be used any more. */
export function bagWithout<V>(bag: Bag<V>, value: V): Bag<V> | undefined {
  if (!(bag instanceof Several)) return undefined;
  if (bag.items instanceof Set) {
    bag.items.delete(value);
    if (bag.items.size <= FEW_MAX / 2) bag.items = [...bag.items];
    return bag;
  }
  bag.items.splice(bag.items.indexOf(value), 1);
  return bag.items.length === 1 ? bag.items[0] : bag;
}

/** Appends the bag's values to `out`. */
export function bagInto<V>(bag: Bag<V>, out: V[]): void {
  if (!(bag instanceof Several)) {
    out.push(bag);
    return;
  }
  for (const value of bag.items) out.push(value);
}
