/** So many of something at a time, the next ones when all of these are through. */

/**
 * @template T
 * @param {T[]} items
 * @param {number} atOnce
 * @param {(item: T, index: number) => Promise<void>} work
 */
export async function inBatches(items, atOnce, work) {
  for (let at = 0; at < items.length; at += atOnce) {
    await Promise.all(items.slice(at, at + atOnce).map((item, offset) => work(item, at + offset)));
  }
}
