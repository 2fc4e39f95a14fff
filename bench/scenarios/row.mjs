/**
 * What a scenario can say. A scenario is data: the generator interprets it, and the brokers' files say what they cannot
 * do. Adding one is adding a row in this folder.
 */

/** @typedef {'tcp' | 'tls' | 'ws'} Transport */

/**
 * What a broker may lack.
 * @typedef {'qos' | 'wildcards' | 'retained' | 'shared' | 'mqtt5' | 'tls' | 'ws' | 'permissions' | 'logins'
 *   | 'database' | 'node'} Feature
 */

/**
 * - `window`: every publisher keeps `window` messages on the way, as fast as they come out; then latency at `ratePerSecond`
 * - `rate`: `ratePerSecond` messages evenly spread over all publishers, cost and latency measured together
 * - `idle`: `count` connections that only keep alive
 * - `retained`: `count` retained messages, of which `matched` are sent to a wildcard subscription again and again
 * - `offline`: `messages` to each of `count` lasting sessions whose clients are away, and delivered when they are back
 * @typedef {'window' | 'rate' | 'idle' | 'retained' | 'offline'} ScenarioKind
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
 * @property {boolean} database logins and permissions come from a database, where the broker can ask one
 * @property {'none' | 'plain' | 'sha256' | 'bcrypt' | 'own'} login how clients log in: not at all, or all as one user whose
 *   password is stored in this form (where the broker has it) or under the broker's own slow hash
 * @property {number} rememberedSeconds how long the broker may remember a password that was right, where it does
 * @property {number} connectingAtOnce logins that are under way at the same time
 * @property {boolean} durable subscribers have sessions that outlive their connections
 * @property {number} sessions lasting sessions, with one subscription each, whose clients are away all the time
 * @property {number} messages published to absent clients
 * @property {number} [matched] retained messages that one filter of several matches; all of them unless given
 * @property {boolean} probed pauses and garbage are measured inside the process, which must be Node
 * @property {Feature[]} needs
 * @property {number} [targetRatio] of Hoopoe's CPU per message to Mosquitto's
 * @property {boolean} quick belongs to the quick form
 * @property {boolean} rare is measured only when it is named, or with `--all`
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
  ratePerSecond: 2000,
  keepAliveSeconds: 60,
  transport: 'tcp',
  version: 4,
  userProperties: 0,
  rules: 0,
  database: false,
  login: 'none',
  rememberedSeconds: 60,
  connectingAtOnce: 50,
  durable: false,
  sessions: 0,
  messages: 0,
  probed: false,
  needs: [],
  quick: false,
  rare: false,
};

/** @param {Pick<Scenario, 'name' | 'title'> & Partial<Scenario>} row @returns {Scenario} */
export function scenario(row) {
  return { ...DEFAULTS, ...row };
}
