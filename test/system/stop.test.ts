/** How the command ends: told by a signal, or kept from starting by a mistake or another program. */

import { expect, test } from 'vitest';
import { connectedJs, jsClient } from '../clients/mqttjs.ts';
import { until } from '../listeners/listening.ts';
import { fourListeners, hoopoe, startHoopoe } from './executable.ts';

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} ends it with 0 after every client was told`, async () => {
    const { program, ports } = await startHoopoe([], { yaml: fourListeners });
    const urls = [
      `mqtt://127.0.0.1:${ports.get('tcp')}`,
      `mqtts://127.0.0.1:${ports.get('tls')}`,
      `ws://127.0.0.1:${ports.get('ws')}/mqtt`,
      `wss://127.0.0.1:${ports.get('wss')}/mqtt`,
    ];
    const options = { protocolVersion: 5, rejectUnauthorized: false } as const;
    const clients = await Promise.all(urls.map((url) => connectedJs(url, options)));
    const old = await connectedJs(urls[0]!);
    const will = { topic: 'wills', payload: Buffer.from('stopped'), qos: 1, retain: false } as const;
    await clients[0]!.client.subscribeAsync('wills', { qos: 1 });
    await connectedJs(urls[0]!, { ...options, will });
    const since = performance.now();
    program.kill(signal);
    expect(await program.end()).toBe(0);
    expect(performance.now() - since).toBeLessThan(3_000);
    await until(() => clients.every(({ client }) => !client.connected), 'all are gone');
    expect(clients.map(({ disconnects }) => disconnects)).toEqual([[0x8b], [0x8b], [0x8b], [0x8b]]);
    expect(old.client.connected).toBe(false);
    expect(clients[0]!.payloads).toEqual(['stopped']);
    expect(program.errors).toMatch(/ Stopping signal=SIG\w+\n.*Stopped\n$/s);
  });
}

test('a configuration with mistakes ends it with 78 and names file and line of each', async () => {
  const yaml =
    'listeners:\n  tcp: { host: 127.0.0.1, port: 0 }\nlimits:\n  packet_bytes_max: many\n  topic_levls_max: 5\n';
  const { program, file } = hoopoe([], { yaml });
  expect(await program.end()).toBe(78);
  expect(program.errors).toContain(`${file}:4`);
  expect(program.errors).toContain(`${file}:5`);
  expect(program.errors).toContain('topic_levels_max');
  expect(program.text).toBe('');
});

test('a configuration that is no YAML ends it with 78 and names file and line', async () => {
  const { program, file } = hoopoe([], { yaml: 'listeners:\n  tcp: { host: [\n' });
  expect(await program.end()).toBe(78);
  expect(program.errors).toMatch(new RegExp(`^hoopoe: ${file.replaceAll('.', '\\.')}:\\d`));
});

test('a configuration that is not there ends it with 78', async () => {
  const { program } = hoopoe(['-c', '/nowhere/hoopoe.yaml']);
  expect(await program.end()).toBe(78);
  expect(program.errors).toContain('/nowhere/hoopoe.yaml');
});

test('an unknown flag ends it with 1 and the nearest one', async () => {
  const { program } = hoopoe(['--verbos']);
  expect(await program.end()).toBe(1);
  expect(program.errors).toContain('--verbose');
});

test('a second broker on the same ports ends with 1 and the port, and the first goes on', async () => {
  const { program: first, ports } = await startHoopoe([], { yaml: fourListeners });
  const port = ports.get('ws');
  const { program } = hoopoe([], {
    yaml: `listeners:\n  tcp: { port: 0 }\n  ws: { host: 127.0.0.1, port: ${port} }\n`,
  });
  expect(await program.end()).toBe(1);
  expect(program.errors).toMatch(new RegExp(`^hoopoe: .*${port}.*(in use|taken)`));
  expect(program.text).toBe('');
  await connectedJs(`ws://127.0.0.1:${port}/mqtt`);
  expect(first.ended).toBeUndefined();
});

test('a listener that others can reach refuses anonymous clients and says so; in words it lets them in', async () => {
  const yaml = `listeners:
  closed: { transport: tcp, host: 0.0.0.0, port: 0 }
  open: { transport: tcp, host: 0.0.0.0, port: 0, allow_anonymous: true }
  local: { transport: tcp, host: 127.0.0.1, port: 0 }
`;
  const { program, ports } = await startHoopoe([], { yaml });
  const refused = jsClient(`mqtt://127.0.0.1:${ports.get('closed')}`, { protocolVersion: 5 });
  await until(() => refused.errors.length > 0, 'the refusal');
  expect(refused.errors[0]).toMatchObject({ code: 0x86 });
  await connectedJs(`mqtt://127.0.0.1:${ports.get('open')}`);
  await connectedJs(`mqtt://127.0.0.1:${ports.get('local')}`);
  expect(program.text).toMatch(/required on closed, but none are configured/);
  expect(program.text).toMatch(/NOT required on open/);
  expect(program.text).toMatch(/not required from this machine/);
});
