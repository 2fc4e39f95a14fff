/**
 * What one scenario against one broker yields. All phases return this form; what a scenario does not measure is absent.
 *
 * @typedef {object} Measurement
 * @property {string} unit what `operations` counts: `message`, `connect`
 * @property {number} operations in the measured time
 * @property {number} seconds
 * @property {number} brokerCpuUs
 * @property {number} generatorCpuUs
 * @property {number} othersShare of all cores, that other processes used meanwhile
 * @property {{ p50: number, p99: number, p999: number }} [latencyUs]
 * @property {number} startBytes resident memory before the first client
 * @property {number} connectedBytes with all clients connected and subscribed
 * @property {number} peakBytes
 * @property {number} connections
 * @property {number} [connectionBytes] per connection
 * @property {number} lost
 * @property {number} duplicated
 * @property {Record<string, number>} [notes] further figures by name
 */

/**
 * @typedef {object} Job
 * @property {import('../scenarios/row.mjs').Scenario} scenario
 * @property {{ host: string, port: number }} address
 * @property {number} brokerPid
 * @property {{ warmSeconds: number, measureSeconds: number, latencySeconds: number }} timing
 * @property {string} [probeSocket] where the broker's process tells of its garbage and its pauses
 * @property {boolean} spin whether the generator has a core for itself
 */

export {};
