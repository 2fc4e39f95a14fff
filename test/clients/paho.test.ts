/** paho for Python: messages of every QoS, retained messages, sessions and wills in each version. */

import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { lacks, needing, python, RunningProgram } from './programs.ts';
import { serve } from './serving.ts';

const script = fileURLToPath(new URL('paho_client.py', import.meta.url));

const properties = {
  content: 'text/plain',
  response: 'answers',
  correlation: '00ff',
  user: [
    ['b', '1'],
    ['a', '2'],
    ['b', '3'],
  ],
  identifiers: [9],
};

describe.skipIf(lacks('paho'))(needing('paho', 'paho for Python'), () => {
  test.each([
    ['3.1', 3],
    ['3.1.1', 4],
    ['5.0', 5],
  ] as const)('works with %s', async (_name, version) => {
    const { broker, port } = await serve();
    const program = new RunningProgram(python, [script, String(port), String(version)]);
    expect(`${await program.end(45_000)} ${program.errors.replaceAll(/.*DeprecationWarning.*\n.*\n/g, '')}`).toBe('0 ');
    const seen = JSON.parse(program.text) as Record<string, unknown>;
    const shown = (qos: number): unknown[] => ['a/b', `QoS ${qos}`, qos, 0, ...(version === 5 ? [properties] : [])];
    expect(seen).toEqual({
      connect: [0, 0],
      granted: [2],
      messages: [shown(0), shown(1), shown(2)],
      retained: ['kept', 'value', 1, 1],
      // MQTT 3.1 has no Session Present.
      'session present': version === 3 ? 0 : 1,
      queued: Array.from({ length: 50 }, (_, index) => String(index)),
      will: 'bye',
    });
    expect(broker.counters.protocolErrors).toBe(0);
  });
});
