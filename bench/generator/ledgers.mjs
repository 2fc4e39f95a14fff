/**
 * Keeps account of sequence numbers, so that a lost or doubled message is seen. Two forms: where order must be kept a
 * next-number per receiver and stream is enough; where a group shares the messages every number is ticked off.
 */

/**
 * @typedef {object} Ledger
 * @property {number} arrived
 * @property {number} duplicated arrived again, or out of order
 * @property {(receiver: number, stream: number, sequence: number) => void} record
 */

/** @implements {Ledger} */
export class OrderedLedger {
  /** @param {number} receivers @param {number} streams */
  constructor(receivers, streams) {
    this.arrived = 0;
    this.duplicated = 0;
    this.streams = streams;
    this.next = new Uint32Array(receivers * streams);
  }

  /** @type {Ledger['record']} */
  record(receiver, stream, sequence) {
    const index = receiver * this.streams + stream;
    this.arrived++;
    if (sequence >= this.next[index]) this.next[index] = sequence + 1;
    else this.duplicated++;
  }
}

/** @implements {Ledger} */
export class SharedLedger {
  /** @param {number} streams */
  constructor(streams) {
    this.arrived = 0;
    this.duplicated = 0;
    this.seen = Array.from({ length: streams }, () => new Uint8Array(65_536));
  }

  /** @type {Ledger['record']} */
  record(_receiver, stream, sequence) {
    let seen = this.seen[stream];
    if (sequence >= seen.length) {
      const larger = new Uint8Array(Math.max(seen.length * 2, sequence + 1));
      larger.set(seen);
      this.seen[stream] = larger;
      seen = larger;
    }
    this.arrived++;
    this.duplicated += seen[sequence];
    seen[sequence] = 1;
  }
}
