/**
 * A publishing client: its ring of encoded messages and its window. A message leaves the window when it has come out at
 * the subscribers and, at QoS 1 and 2, the broker has acknowledged it; so nothing piles up that the broker could drop.
 */

export class Publisher {
  /**
   * @param {import('./client.mjs').Client} client
   * @param {import('./publish-ring.mjs').PublishRing} ring
   * @param {import('../scenarios/row.mjs').Scenario} scenario
   * @param {number} receiversPerMessage
   */
  constructor(client, ring, scenario, receiversPerMessage) {
    this.client = client;
    this.ring = ring;
    this.window = scenario.window;
    this.refill = scenario.refill;
    this.singleWrites = scenario.singleWrites;
    this.needsAcknowledgement = scenario.qos > 0;
    this.receiversPerMessage = receiversPerMessage;
    this.sent = 0;
    this.acknowledged = 0;
    /** Copies that have come out, of all receivers together. */
    this.arrived = 0;
    this.isDirty = false;
  }

  /** @returns {number} messages that are neither lost nor through */
  get onTheWay() {
    const through = Math.floor(this.arrived / this.receiversPerMessage);
    return this.sent - (this.needsAcknowledgement ? Math.min(through, this.acknowledged) : through);
  }

  /** Fills the window if there is room enough to be worth a write. @param {number} nowUs */
  pump(nowUs) {
    // After `forgive`, late arrivals may outnumber what was sent since.
    const room = Math.min(this.window - this.onTheWay, this.window);
    if (room >= this.refill) this.send(room, nowUs);
  }

  /** Gives up on what has not come out, so that a broker that loses messages can still be measured. */
  forgive() {
    this.arrived = this.sent * this.receiversPerMessage;
    this.acknowledged = this.sent;
  }

  /** @returns {boolean} whether the socket and the ring can take another message */
  get isReady() {
    return this.client.wire?.socket.writableLength === 0 && this.onTheWay < this.ring.slots;
  }

  /** @param {number} count not more than the ring has free @param {number} nowUs */
  send(count, nowUs) {
    const { ring, client } = this;
    const socket = /** @type {import('./wires.mjs').Wire} */ (client.wire).socket;
    const from = this.sent % ring.slots;
    for (let number = 0; number < count; number++) ring.stamp(this.sent + number, nowUs);
    this.sent += count;
    if (this.singleWrites) {
      for (let number = 0; number < count; number++) socket.write(ring.range((from + number) % ring.slots, 1));
      return;
    }
    const untilWrap = Math.min(count, ring.slots - from);
    const isOneWrite = untilWrap === count && client.acknowledgementBytes === 0;
    if (!isOneWrite) socket.cork();
    client.flush();
    socket.write(ring.range(from, untilWrap));
    if (untilWrap < count) socket.write(ring.range(0, count - untilWrap));
    if (!isOneWrite) socket.uncork();
  }
}
