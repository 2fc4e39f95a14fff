/** The command `tap`: shows the packets of a client, or the messages on topics, as they pass. */

import { UsageError } from '../arguments.ts';
import type { Command } from '../program.ts';
import { ApiClient, type Json } from './api-client.ts';
import { printable } from './table.ts';

interface Packet {
  readonly at: string;
  readonly clientId: string;
  readonly direction: 'in' | 'out';
  readonly type: string;
  readonly topic?: string;
  readonly qos?: number;
  readonly retain?: boolean;
  readonly payload?: { readonly text?: string; readonly hex?: string };
  readonly payloadBytes?: number;
  readonly fields: Json;
  readonly missed: number;
}

/** @throws UsageError, ConfigError, StartError */
export const tap: Command = async (context) => {
  const { arguments: typed, terminal } = context;
  const clientId = typed.own.get('client');
  const [filter, ...more] = typed.rest;
  if ((clientId === undefined) === (filter === undefined) || more.length > 0) {
    throw new UsageError('usage: hoopoe tap FILTER, or hoopoe tap --client ID');
  }
  const query =
    clientId === undefined ? `filter=${encodeURIComponent(filter!)}` : `clientId=${encodeURIComponent(clientId)}`;
  const client = await ApiClient.of(context);
  const ended = new AbortController();
  const isJson = typed.own.has('json');
  await client.stream(
    `/tap?${query}`,
    (event, data) => {
      if (event !== 'packet') return;
      terminal.out(isJson ? `${JSON.stringify(data)}\n` : lineOf(data as unknown as Packet));
    },
    ended.signal,
  );
  return 0;
};

function lineOf(packet: Packet): string {
  const { at, clientId, direction, type, topic, qos, retain, payload, payloadBytes, fields, missed } = packet;
  const arrow = direction === 'in' ? '→' : '←';
  const gap = missed > 0 ? `… ${missed} packets were left out\n` : '';
  const what =
    topic === undefined
      ? printable(JSON.stringify(fields))
      : `${printable(topic)} q${qos}${retain === true ? ' retained' : ''} ${payloadBytes} bytes ${payloadText(payload)}`;
  return `${gap}${at} ${arrow} ${printable(clientId)} ${type.toUpperCase()} ${what}\n`;
}

function payloadText(payload: Packet['payload']): string {
  return payload?.text !== undefined ? printable(payload.text) : `0x${payload?.hex ?? ''}`;
}
