/** Puts what has names into another order. */

/**
 * Those that are named, in the order of the names, in the places that they have together now; all others keep theirs. The
 * same array where nothing moves.
 */
export function inOrder<T>(
  items: readonly T[],
  nameOf: (item: T) => string | undefined,
  names: readonly string[],
): readonly T[] {
  const rank = new Map(names.map((name, index) => [name, index]));
  const rankOf = (item: T): number | undefined => rank.get(nameOf(item) ?? '');
  const moving = items.filter((item) => rankOf(item) !== undefined);
  // Sorting is stable: what has the same name stays as it is.
  moving.sort((one, other) => rankOf(one)! - rankOf(other)!);
  const next = moving.values();
  const ordered = items.map((item) => (rankOf(item) === undefined ? item : next.next().value!));
  return ordered.every((item, index) => item === items[index]) ? items : ordered;
}
