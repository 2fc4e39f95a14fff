/** Asks the probe inside a broker's process; see `bench/probe.mjs`. */

import net from 'node:net';

/** @param {string} path @param {'begin' | 'end'} word @returns {Promise<Record<string, number>>} */
export function askProbe(path, word) {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = net.connect(path, () => socket.write(word));
    socket.setEncoding('utf8').on('data', (text) => {
      answer += text;
    });
    socket.once('error', reject);
    socket.once('end', () => resolve(JSON.parse(answer)));
  });
}

/**
 * @param {Record<string, number>} figures of the probe @param {number} operations @param {number} seconds
 * @returns {Record<string, number>} for the tables
 */
export function probeNotes(
  { allocatedBytes, collections, longestCollectionMs, longestPauseMs, pauseP99Ms, longestTurnCpuMs },
  operations,
  seconds,
) {
  return {
    'bytes allocated per message': allocatedBytes / operations,
    'collections per second': collections / seconds,
    'longest collection, ms': longestCollectionMs,
    'longest pause of the loop, ms': longestPauseMs,
    'pauses of the loop, 99th percentile, ms': pauseP99Ms,
    'most CPU in one turn, ms': longestTurnCpuMs,
  };
}
