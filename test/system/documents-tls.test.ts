/**
 * What documents of others say about TLS, done with the command: the certificate that is there from the start, and the
 * recipe with openssl, one way and two ways, with MQTT.js, paho and the clients of Mosquitto, and other certificates later.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IClientOptions } from 'mqtt';
import { describe, expect, test } from 'vitest';
import { connectedJs, jsClient } from '../clients/mqttjs.ts';
import { lacks, needing, pathOf, python, RunningProgram } from '../clients/programs.ts';
import { recipe } from '../clients/tls-recipe.ts';
import { folder, until } from '../listeners/listening.ts';
import { startHoopoe } from './executable.ts';

const noManagement = 'management: { enabled: false }\n';

function configured(listener: string): string {
  return `listeners: { mqtts: { transport: tls, host: 127.0.0.1, port: 0, ${listener} } }\n${noManagement}`;
}

/** Connects by paho, publishes at QoS 1 and says the return code; the certificates have no name that fits the address. */
const paho = `
import sys, paho.mqtt.client as mqtt
port, ca, certificate, key = int(sys.argv[1]), *(name or None for name in sys.argv[2:5])
arguments = {"callback_api_version": mqtt.CallbackAPIVersion.VERSION1} if hasattr(mqtt, "CallbackAPIVersion") else {}
client = mqtt.Client("paho", **arguments)
client.tls_set(ca_certs=ca, certfile=certificate, keyfile=key)
client.tls_insecure_set(True)
client.on_connect = lambda c, u, f, code: (print(code, flush=True), c.publish("a", "x", 1))
client.on_publish = lambda c, u, mid: (print('published', flush=True), c.disconnect())
client.connect("127.0.0.1", port, 60)
client.loop_forever()
`;

test('mqtts works from the start with the certificate that the broker made, for clients that do not check it', async () => {
  const { ports } = await startHoopoe([], { yaml: configured('') });
  const url = `mqtts://127.0.0.1:${ports.get('mqtts')}`;
  await connectedJs(url, { rejectUnauthorized: false });
  const checking = jsClient(url);
  await until(() => checking.errors.length > 0, 'the client does not believe it', 10_000);
  expect(checking.sessionsPresent).toEqual([]);
});

describe.skipIf(lacks('openssl'))(needing('openssl', 'the recipe with openssl'), () => {
  test('works one way and two ways, and the other authority of nobody does not', async () => {
    const path = folder();
    execFileSync('sh', ['-e', '-c', recipe], { cwd: path, stdio: 'ignore' });
    const at = (name: string): string => join(path, name);
    // Nothing in these certificates says 127.0.0.1 where Node looks for it.
    const trusting: IClientOptions & { checkServerIdentity: () => undefined } = {
      ca: readFileSync(at('ca.pem')),
      checkServerIdentity: () => undefined,
    };
    const shown = { cert: readFileSync(at('client.pem')), key: readFileSync(at('client.key')) };
    const files = `certificate_file: ${at('server.pem')}, key_file: ${at('server.key')}`;
    const [oneWay, twoWay] = await Promise.all([
      startHoopoe([], { yaml: configured(files) }),
      startHoopoe([], { yaml: configured(`${files}, ca_file: ${at('ca.pem')}, require_certificate: true`) }),
    ]);
    const one = `mqtts://127.0.0.1:${oneWay.ports.get('mqtts')}`;
    const two = `mqtts://127.0.0.1:${twoWay.ports.get('mqtts')}`;
    await connectedJs(one, trusting);
    await connectedJs(two, { ...trusting, ...shown });
    const without = jsClient(two, trusting);
    await until(() => without.errors.length > 0 || without.client.stream.destroyed, 'it is cut off', 10_000);
    expect(without.sessionsPresent).toEqual([]);
    expect(oneWay.program.errors + twoWay.program.errors).not.toContain('PRIVATE');

    if (lacks('paho')) return;
    const runs: [number, string[], boolean][] = [
      [oneWay.ports.get('mqtts')!, [at('ca.pem'), '', ''], true],
      [twoWay.ports.get('mqtts')!, [at('ca.pem'), at('client.pem'), at('client.key')], true],
      [twoWay.ports.get('mqtts')!, [at('ca.pem'), '', ''], false],
    ];
    const programs = runs.map(([port, args]) => new RunningProgram(python, ['-c', paho, String(port), ...args]));
    for (const [index, program] of programs.entries()) {
      await program.end();
      expect(program.text).toBe(runs[index]![2] ? '0\npublished\n' : '');
    }
  });
});

const withCertificates = lacks('mosquitto-clients') ? 'mosquitto-clients' : 'openssl';

describe.skipIf(lacks(withCertificates))(needing(withCertificates, 'a certificate of the recipe'), () => {
  test('is read again by SIGHUP without closing anything, and a broken file changes nothing', async () => {
    const path = folder();
    const cook = (): void => {
      execFileSync('sh', ['-e', '-c', recipe], { cwd: path, stdio: 'ignore' });
    };
    cook();
    const at = (name: string): string => join(path, name);
    const files = `certificate_file: ${at('server.pem')}, key_file: ${at('server.key')}`;
    const { ports, program } = await startHoopoe([], { yaml: configured(files) });
    const publish = (): RunningProgram =>
      new RunningProgram(pathOf('mosquitto_pub')!, [
        ...['-h', '127.0.0.1', '-p', String(ports.get('mqtts')), '--cafile', at('ca.pem')],
        ...['-t', 'a', '-m', 'x', '-q', '1'],
      ]);
    expect(await publish().end()).toBe(0);
    const held = await connectedJs(`mqtts://127.0.0.1:${ports.get('mqtts')}`, { rejectUnauthorized: false });
    const before = readFileSync(at('ca.pem'), 'utf8');
    cook();
    expect(readFileSync(at('ca.pem'), 'utf8')).not.toBe(before);
    expect(await publish().end()).not.toBe(0);
    program.kill('SIGHUP');
    await until(() => program.errors.includes('Reloaded;'), 'the reload', 10_000);
    expect(await publish().end()).toBe(0);
    execFileSync('sh', ['-c', 'head -c 300 server.pem > half && cat half > server.pem'], { cwd: path });
    program.kill('SIGHUP');
    await until(
      () => program.errors.includes('Something could not be read again and stays as it was'),
      'the second reload',
      10_000,
    );
    expect(await publish().end()).toBe(0);
    await held.client.publishAsync('a', 'x', { qos: 1 });
    expect(held.disconnects).toEqual([]);
  });
});
