/**
 * What a client knows of its session at the broker while it is away: when it may have ended and when it must have. A
 * client that goes by it neither repeats messages into a new session nor forgets what an old one still holds; where it
 * cannot know, it starts clean.
 */

/** The broker and the client see the end of a connection at different moments. */
const TOLERANCE_MS = 600;

export class SessionGuess {
  /** The session is there for certain until then. */
  #earliestEndMs = Number.POSITIVE_INFINITY;
  /** It is gone for certain from then on. */
  #latestEndMs = Number.POSITIVE_INFINITY;
  #mustStartClean = false;
  /** The broker ended it together with the connection. */
  #isGone = false;

  /** What the next CONNECT has to do. */
  advice(nowMs: number): 'resume' | 'forget' | 'start_clean' {
    if (this.#mustStartClean) return 'start_clean';
    if (this.#isGone) return 'forget';
    if (nowMs > this.#latestEndMs + TOLERANCE_MS) return 'forget';
    return nowMs >= this.#earliestEndMs - TOLERANCE_MS ? 'start_clean' : 'resume';
  }

  /** CONNACK came. */
  accepted(): void {
    this.#mustStartClean = false;
    this.#isGone = false;
    this.#earliestEndMs = Number.POSITIVE_INFINITY;
    this.#latestEndMs = Number.POSITIVE_INFINITY;
  }

  /**
   * An accepted connection is over.
   * @param expirySeconds of its session; the smallest when DISCONNECT changed it
   * @param endedAtMs when the broker ended it; undefined when it may not know yet
   */
  left(expirySeconds: number, nowMs: number, endedAtMs: number | undefined): void {
    this.#earliestEndMs = (endedAtMs ?? nowMs) + expirySeconds * 1000;
    this.#latestEndMs = endedAtMs === undefined ? Number.POSITIVE_INFINITY : endedAtMs + expirySeconds * 1000;
    if (expirySeconds > 0) return;
    if (endedAtMs === undefined) this.#mustStartClean = true;
    else this.#isGone = true;
  }

  /** A CONNECT was given up without CONNACK: whether the broker acted on it, nobody can say. */
  gaveUp(cleanStart: boolean, expirySeconds: number, nowMs: number): void {
    this.#isGone = false;
    const mayHaveEndedBefore = nowMs >= this.#earliestEndMs - TOLERANCE_MS;
    if (cleanStart || expirySeconds === 0 || mayHaveEndedBefore) this.#mustStartClean = true;
    this.#earliestEndMs = Math.min(this.#earliestEndMs, nowMs + expirySeconds * 1000);
    this.#latestEndMs = Number.POSITIVE_INFINITY;
  }

  /** The client has forgotten its half, so nothing depends on what the broker has. */
  forgot(): void {
    this.accepted();
  }

  /** After a crash the broker may take the crash for the end of the connection. */
  brokerCrashed(): void {
    this.#latestEndMs = Number.POSITIVE_INFINITY;
  }
}
