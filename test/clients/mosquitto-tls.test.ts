/** The Mosquitto clients over TLS with the certificates that the broker makes for itself. */

import { describe, expect, test } from 'vitest';
import { mosquittoPub, mosquittoPubStarted, mosquittoSub, versions } from './mosquitto.ts';
import { lacks, needing } from './programs.ts';
import { serve } from './serving.ts';

describe.skipIf(lacks('mosquitto-clients'))(needing('mosquitto-clients', 'Mosquitto over TLS'), () => {
  for (const version of versions) {
    test(`${version} with --cafile checks the certificate and the name`, async () => {
      const { ca, portOf, subscribed } = await serve({ transports: ['tls'] });
      const trusting = ['-V', version, '--cafile', ca!.file];
      const sub = mosquittoSub(portOf('tls'), ...trusting, '-q', '2', '-t', '#', '-v');
      await subscribed('#');
      await mosquittoPub(portOf('tls'), ...trusting, '-q', '2', '-t', 'secret', '-m', 'hello');
      expect(await sub.said(1)).toEqual(['secret hello']);
    });
  }

  test('the certificate is also right for the name localhost', async () => {
    const { ca, portOf } = await serve({ transports: ['tls'] });
    await mosquittoPub(portOf('tls'), '-h', 'localhost', '--cafile', ca!.file, '-t', 'a', '-m', 'x');
  });

  test('--insecure accepts a name that the certificate does not have', async () => {
    const { ca, portOf, broker } = await serve({ transports: ['tls'], listen: { host: '127.0.0.2' } });
    const args = ['-h', '127.0.0.2', '--cafile', ca!.file, '-t', 'a', '-m', 'x'];
    expect(await mosquittoPubStarted(portOf('tls'), ...args).end()).not.toBe(0);
    await mosquittoPub(portOf('tls'), ...args, '--insecure');
    expect(broker.counters.connectionsAccepted).toBe(1);
  });

  test('a client that trusts another authority does not connect', async () => {
    const { broker, portOf } = await serve({ transports: ['tls'] });
    const other = await serve({ transports: ['tls'] });
    const distrusting = mosquittoPubStarted(portOf('tls'), '--cafile', other.ca!.file, '-t', 'a', '-m', 'x');
    expect(await distrusting.end()).not.toBe(0);
    expect(broker.counters.connectionsAccepted).toBe(0);
  });

  test('a plain client on the TLS port is closed and harms nobody', async () => {
    const { ca, portOf } = await serve({ transports: ['tls'] });
    const plain = mosquittoPubStarted(portOf('tls'), '-t', 'a', '-m', 'x');
    expect(await plain.end()).not.toBe(0);
    await mosquittoPub(portOf('tls'), '--cafile', ca!.file, '-t', 'a', '-m', 'x');
  });
});
