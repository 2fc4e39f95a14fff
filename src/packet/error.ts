import type { ProtocolVersion } from './types.ts';

/** Limits that are noticed where nothing can be counted: while a packet is gathered and decoded. */
export type PacketLimitName = 'packet_bytes' | 'connect_bytes' | 'user_properties' | 'filters' | 'topic_alias';

/**
 * The client's fault. Carries the MQTT 5 Reason Code that says so and the normative statement that was broken; the
 * connection translates the code for older versions. It ends at most the client that caused it.
 */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  /** MQTT 5 Reason Code, 0x80 or above. */
  readonly reasonCode: number;
  /** The statement broken, for example `MQTT-3.3.2-2`; empty for limits, which name themselves in the message. */
  readonly statement: string;
  /** The limit that was hit, where whoever catches the error has to count it. */
  readonly limit: PacketLimitName | undefined;

  /** @param message who is told in it: what was received, what is allowed, and what to do */
  constructor(reasonCode: number, statement: string, message: string, limit?: PacketLimitName) {
    super(message);
    this.reasonCode = reasonCode;
    this.statement = statement;
    this.limit = limit;
  }
}

/** A packet that cannot be parsed at all (0x81). */
export function malformed(statement: string, message: string): ProtocolError {
  return new ProtocolError(0x81, statement, message);
}

/** A packet that parses but is not allowed (0x82). */
export function violation(statement: string, message: string): ProtocolError {
  return new ProtocolError(0x82, statement, message);
}

/**
 * A CONNECT that cannot be accepted as a packet. `answerVersion` is the version whose CONNACK the client can be
 * expected to read; undefined when nothing sent to it would be understood, so that closing is all there is to do.
 */
export class ConnectError extends ProtocolError {
  readonly answerVersion: ProtocolVersion | undefined;

  constructor(
    reasonCode: number,
    statement: string,
    message: string,
    answerVersion: ProtocolVersion | undefined,
    limit?: PacketLimitName,
  ) {
    super(reasonCode, statement, message, limit);
    this.answerVersion = answerVersion;
  }
}

/** A CONNECT with a protocol name or level that nobody here speaks (0x84). */
export class UnsupportedVersionError extends ConnectError {
  readonly protocolName: string;
  readonly level: number;

  constructor(statement: string, protocolName: string, level: number, answerVersion: ProtocolVersion | undefined) {
    const got = `CONNECT asks for protocol ${JSON.stringify(protocolName.slice(0, 32))} at level ${level}`;
    super(0x84, statement, `${got}; MQIsdp 3, MQTT 4 and MQTT 5 are supported`, answerVersion);
    this.protocolName = protocolName;
    this.level = level;
  }
}
