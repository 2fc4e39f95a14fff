/** `hoopoe rr` and `mosquitto_rr`: sends a request and waits for one answer. */

import type { IPublishPacket } from 'mqtt';
import { exitCodes, ToolConnection } from './connection.ts';
import type { ClientOptions } from './options/client-options.ts';
import { wholePayload } from './payload.ts';
import { printerOf } from './printing/format.ts';
import { complainer, toolOf, usesColour } from './run-tool.ts';
import { arrival } from './sub.ts';
import type { Tool, ToolIo } from './tool.ts';

export const rr: Tool = toolOf('rr', request);

async function request(options: ClientOptions, io: ToolIo): Promise<number> {
  const complain = complainer(options, io);
  const print = printerOf(options, usesColour(options, io), complain);
  const payload = await wholePayload(options.payload, io);
  return await new Promise<number>((resolve) => {
    let isOver = false;
    let hasAsked = false;
    const finish = (exitCode: number): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      stopListening();
      void connection.end().then(() => resolve(exitCode));
    };
    const connection = new ToolConnection(options, io, false, {
      connected: () => {
        connection.client.subscribe({ [options.responseTopic ?? '']: { qos: options.qos } } as never, () => ask());
      },
      failed: (texts, exitCode) => {
        for (const text of texts) complain(text);
        finish(exitCode);
      },
    });
    const ask = (): void => {
      if (isOver || hasAsked) return;
      hasAsked = true;
      const properties = { ...options.properties.publish, responseTopic: options.responseTopic };
      connection.client.publish(options.topics[0] ?? '', payload, {
        qos: options.qos,
        ...(options.version === 5 && { properties: properties as never }),
      });
    };
    connection.client.on('message', (topic, answer, packet: IPublishPacket) => {
      if (isOver || (packet.retain && options.skipsRetained)) return;
      io.stdout.write(print({ topic, payload: answer, packet, time: arrival() }));
      finish(0);
    });
    const timedOut = (): void => {
      complain('Timed out');
      finish(exitCodes.timedOut);
    };
    const timer = options.timeoutSeconds === 0 ? undefined : setTimeout(timedOut, options.timeoutSeconds * 1000);
    const stopListening = io.onInterrupt(() => finish(0));
  });
}
