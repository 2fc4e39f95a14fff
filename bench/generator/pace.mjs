/** Calls something at an even rate, far finer than timers do: it looks at the clock on every turn of the event loop. */

/**
 * @param {object} options
 * @param {number} options.ratePerSecond
 * @param {number} options.seconds
 * @param {boolean} options.spin look on every turn, which takes a whole core; otherwise every millisecond
 * @param {(nowMs: number) => void} options.act
 * @returns {Promise<void>}
 */
export function pace({ ratePerSecond, seconds, spin, act }) {
  const intervalMs = 1000 / ratePerSecond;
  const startMs = performance.now();
  const endMs = startMs + seconds * 1000;
  let dueMs = startMs;
  return new Promise((resolve, reject) => {
    const turn = () => {
      try {
        const nowMs = performance.now();
        for (; dueMs <= nowMs && dueMs < endMs; dueMs += intervalMs) act(nowMs);
        if (nowMs >= endMs) resolve();
        else if (spin) setImmediate(turn);
        else setTimeout(turn, 1);
      } catch (error) {
        reject(error);
      }
    };
    turn();
  });
}
