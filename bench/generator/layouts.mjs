/** Who publishes which streams and who subscribes to what, for every layout a scenario can name. */

/**
 * @typedef {object} Stations
 * @property {Array<Array<{ topic: string, stream: number }>>} publishers the streams of each; one publisher owns a stream
 * @property {string[][]} subscribers the filters of each
 * @property {number} receiversPerMessage
 * @property {boolean} isShared any subscriber may get any message
 */

const FILTER_HOLDERS = 100;
const FILTER_TOPICS = 1000;

/** @param {number} length @returns {number[]} 0, 1, 2 … */
function numbers(length) {
  return Array.from({ length }, (_, index) => index);
}

/** @param {number} stream @returns {{ topic: string, stream: number }} */
function own(stream) {
  return { topic: `bench/topic/${String(stream).padStart(6, '0')}`, stream };
}

/** @type {Record<import('../scenarios/row.mjs').Layout, (count: number) => Stations>} */
const LAYOUTS = {
  pairs: (count) => ({
    publishers: numbers(count).map((index) => [own(index)]),
    subscribers: numbers(count).map((index) => [own(index).topic]),
    receiversPerMessage: 1,
    isShared: false,
  }),
  'fan-out': (count) => ({
    publishers: [[own(0)]],
    subscribers: numbers(count).map(() => [own(0).topic]),
    receiversPerMessage: count,
    isShared: false,
  }),
  'fan-in': (count) => ({
    publishers: numbers(count).map((stream) => [{ topic: own(0).topic, stream }]),
    subscribers: [[own(0).topic]],
    receiversPerMessage: 1,
    isShared: false,
  }),
  shared: (count) => ({
    publishers: numbers(count).map((stream) => [{ topic: own(0).topic, stream }]),
    subscribers: numbers(count).map(() => [`$share/group/${own(0).topic}`]),
    receiversPerMessage: 1,
    isShared: true,
  }),
  filters: (count) => {
    const name = (/** @type {number} */ index) => `bench/filter/${String(index).padStart(6, '0')}`;
    const topics = Math.min(FILTER_TOPICS, count);
    const apart = count / topics / FILTER_HOLDERS;
    // Neighbouring messages go to different holders, and to the same ones however many filters there are.
    const matched = (/** @type {number} */ stream) =>
      Math.floor(stream * apart) * FILTER_HOLDERS + (stream % FILTER_HOLDERS);
    return {
      // A publish never goes where the one before it went, so that matching is what is measured.
      publishers: [numbers(topics).map((stream) => ({ topic: `${name(matched(stream))}/room/state`, stream }))],
      subscribers: numbers(FILTER_HOLDERS).map((holder) =>
        numbers(count / FILTER_HOLDERS).map((index) => `${name(index * FILTER_HOLDERS + holder)}/+/state`),
      ),
      receiversPerMessage: 1,
      isShared: false,
    };
  },
};

/** @param {import('../scenarios/row.mjs').Scenario} scenario @returns {Stations} */
export function layOut(scenario) {
  return LAYOUTS[scenario.layout](scenario.count);
}
