/** TLS sessions that a client resumes: what was believed of its certificate once is not believed for ever. */

import { connect, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { createBroker } from '../../src/index.ts';
import { isSecureListener } from '../../src/listeners/open.ts';
import type { TlsSettings } from '../../src/listeners/spec.ts';
import { Authority } from '../listeners/authority.ts';
import { tidy, until } from '../listeners/listening.ts';

const host = '127.0.0.1';
const connectPacket = Buffer.from('101000044d5154540402000000046c617374', 'hex');

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`${version}: a session from before the authority of clients was replaced is none`, async () => {
    const authority = new Authority();
    const names: (string | undefined)[] = [];
    const broker = await createBroker({
      authenticate: ({ peer }) => {
        names.push(peer.certificate?.commonName);
        return true;
      },
    });
    onTestFinished(() => broker.close());
    const settings = (ca: string): TlsSettings => {
      return { ...authority.issue('localhost'), ca, requestCert: true, rejectUnauthorized: true };
    };
    const tls = settings(authority.cert);
    const listener = await broker.listen({ transport: 'tls', host, port: 0, tls });
    const client = authority.issue('pump-7');
    let session: Buffer | undefined;
    const dial = (certificate: object): TLSSocket => {
      const socket = connect({
        ...{ port: listener.port, host, rejectUnauthorized: false, minVersion: version, maxVersion: version },
        ...certificate,
        ...(session && { session }),
      });
      tidy(socket).resume();
      socket.write(connectPacket);
      return socket;
    };
    const first = dial(client);
    first.on('session', (given) => (session = given));
    await until(() => names.length === 1 && session !== undefined, 'the first one is in');
    first.destroy();

    // Whoever resumes is who it was.
    const again = dial({});
    await until(() => names.length === 2 || again.closed, 'it is back');
    if (names.length === 2) expect(names).toEqual(['pump-7', 'pump-7']);
    again.destroy();

    if (!isSecureListener(listener)) throw new TypeError('The listener speaks no TLS');
    listener.setSecureContext({ ...tls, ca: new Authority({ subject: '/CN=Other' }).cert });
    const before = names.length;
    for (const certificate of [client, {}]) {
      const late = dial(certificate);
      await until(() => late.closed || names.length > before, 'an answer', 10_000);
      expect(names).toHaveLength(before);
    }
  });
}
