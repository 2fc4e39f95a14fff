/**
 * What a scenario can say. A scenario is data: the generator interprets it, and the brokers' files say what they cannot
 * do. Adding one is adding a row in this folder.
 */

/** @typedef {'tcp' | 'tls' | 'ws'} Transport */

/**
 * What a broker may lack.
 * @typedef {'qos' | 'wildcards' | 'retained' | 'shared' | 'mqtt5' | 'tls' | 'ws' | 'permissions' | 'logins'} Feature
 */

/**
 * - `window`: every publisher keeps `window` messages on the way, as fast as they come out; then latency at `ratePerSecond`
 * - `rate`: `ratePerSecond` messages evenly spread over all publishers, cost and latency measured together
 * - `idle`: `count` connections that only keep alive
 * - `retained`: `count` retained messages sent to one wildcard subscription again and again
 * @typedef {'window' | 'rate' | 'idle' | 'retained'} ScenarioKind
 */

/**
 * Who publishes to whom: `pairs` 1→1, `fan-out` 1→`count`, `fan-in` `count`→1, `shared` `count`→one group of `count`,
 * `filters` 1→100 holders of `count` wildcard filters, one match per message.
 * @typedef {'pairs' | 'fan-out' | 'fan-in' | 'shared' | 'filters'} Layout
 */

/**
 * @typedef {object} Scenario
 * @property {string} name for the command line
 * @property {string} title for the tables
 * @property {ScenarioKind} kind
 * @property {Layout} layout
 * @property {number} count
 * @property {0 | 1 | 2} qos
 * @property {number} payloadBytes
 * @property {number} window messages on the way per publisher
 * @property {number} refill a publisher writes when it has room for so many
 * @property {boolean} singleWrites each message is a write of its own
 * @property {number} ratePerSecond messages per second of all publishers together
 * @property {number} keepAliveSeconds
 * @property {Transport} transport
 * @property {4 | 5} version
 * @property {number} userProperties per message
 * @property {number} rules permissions in the broker's rule file, of which the last one that matches allows everything
 * @property {'none' | 'fast' | 'slow'} login how clients log in: not at all, or all as one user whose password is stored
 *   as a salted SHA-256 (where the broker has it) or under the broker's own slow hash
 * @property {boolean} durable subscribers have sessions that outlive their connections
 * @property {Feature[]} needs
 * @property {number} [targetRatio] of Hoopoe's CPU per message to Mosquitto's
 * @property {boolean} quick belongs to the quick form
 * @property {number} [quickCount] `count` in the quick form
 */

/** @type {Omit<Scenario, 'name' | 'title'>} */
const DEFAULTS = {
  kind: 'window',
  layout: 'pairs',
  count: 1,
  qos: 0,
  payloadBytes: 64,
  window: 100,
  refill: 1,
  singleWrites: false,
  ratePerSecond: 1000,
  keepAliveSeconds: 60,
  transport: 'tcp',
  version: 4,
  userProperties: 0,
  rules: 0,
  login: 'none',
  durable: false,
  needs: [],
  quick: false,
};

/** @param {Pick<Scenario, 'name' | 'title'> & Partial<Scenario>} row @returns {Scenario} */
export function scenario(row) {
  return { ...DEFAULTS, ...row };
}
