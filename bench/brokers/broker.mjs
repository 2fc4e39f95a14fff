/**
 * What the benchmark wants to know of a broker. Each broker is one file of this folder and one line in `index.mjs`.
 *
 * @typedef {object} Place where a broker may listen and keep files
 * @property {{ tcp: number, tls: number, ws: number, http: number }} ports free ports of the loopback address
 * @property {string} folder empty, private, removed afterwards
 * @property {{ key: string, certificate: string } | undefined} tls PEM files; undefined when none could be made
 * @property {import('../scenarios/row.mjs').Scenario} scenario what the broker is configured for, where that matters
 * @property {number} [databasePort] of the scenario's database on the loopback address
 */

/**
 * @typedef {object} Launch
 * @property {string} command
 * @property {string[]} args
 * @property {Record<string, string>} [env]
 * @property {Array<'tcp' | 'tls' | 'ws'>} listens which of the ports will be open
 * @property {Array<'http'>} [opensLater] what belongs to the start but not to the time until clients are served
 */

/**
 * @typedef {object} Broker
 * @property {string} name for the command line
 * @property {string} title for the tables
 * @property {Partial<Record<import('../scenarios/row.mjs').Feature, string>>} lacks reasons, for the tables
 * @property {() => string | undefined} unavailable why it cannot be run here
 * @property {() => string} version
 * @property {(place: Place) => Launch} launch may write files into the place's folder
 * @property {(place: Place) => Promise<Record<string, number>>} [notes]
 *   what the broker itself has to say of the measurement that has just ended
 */

export {};
