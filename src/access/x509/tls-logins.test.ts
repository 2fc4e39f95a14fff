/** Logins by what the TLS handshake has shown: certificates (`x509`) and pre-shared keys (`psk`). */

import { describe, expect, it } from 'vitest';
import { clientOf, dependencies } from '../../../test/access/rule-files.ts';
import { optionReader } from '../../../test/doubles/option-reader.ts';
import { pskRows } from '../../config/rows/access/psk.ts';
import { x509Rows } from '../../config/rows/access/x509.ts';
import type { Credentials } from '../../ports/access.ts';
import type { Peer } from '../../ports/listener.ts';
import type { OptionValue } from '../../ports/option.ts';
import { openPsk } from '../psk/source.ts';
import { openX509 } from './source.ts';

const certificate = { commonName: 'pump-7', subject: 'CN=pump-7,O=Pumps', fingerprint256: 'AB:CD' };

interface Claim {
  readonly username?: string;
  readonly clientId?: string;
  readonly password?: string;
}

function claiming(shown: Partial<Peer>, { username, clientId, password }: Claim = {}): Credentials {
  const client = clientOf({ username, ...(clientId !== undefined && { clientId }) });
  const bytes = password === undefined ? undefined : Buffer.from(password);
  return { ...client, peer: { ...client.peer, ...shown }, password: bytes, anonymous: 'allow' };
}

const kinds = {
  x509: { shown: { certificate }, open: openX509, rows: x509Rows },
  psk: { shown: { pskIdentity: 'pump-7' }, open: openPsk, rows: pskRows },
} as const;

async function verdictOf(
  kind: keyof typeof kinds,
  credentials: Credentials,
  options: Record<string, OptionValue> = {},
): Promise<unknown> {
  const { open, rows } = kinds[kind];
  const source = await open('devices', optionReader(rows, kind, options), dependencies());
  expect([source.name, source.kind]).toEqual(['devices', kind]);
  return await source.authenticator!.authenticate(credentials);
}

const asPump = { outcome: 'allow', username: 'pump-7' };
const ignored = { outcome: 'ignore' };

for (const kind of ['x509', 'psk'] as const) {
  const { shown } = kinds[kind];

  describe(`the login by ${kind}`, () => {
    it('lets in who has shown a name, under that name, whatever the password', async () => {
      expect(await verdictOf(kind, claiming(shown))).toEqual(asPump);
      expect(await verdictOf(kind, claiming(shown, { username: 'pump-7', password: 'wrong' }))).toEqual(asPump);
    });

    it('knows nothing of others', async () => {
      expect(await verdictOf(kind, claiming({}, { username: 'pump-7' }))).toEqual(ignored);
      expect(await verdictOf(kind, claiming({}))).toEqual(ignored);
    });

    it('refuses who claims another name, or leaves it to the next source', async () => {
      for (const username of ['admin', '', 'PUMP-7', 'pump-7\0']) {
        const credentials = claiming(shown, { username, password: 'x' });
        expect(await verdictOf(kind, credentials)).toMatchObject({ outcome: 'deny', reasonCode: 0x86 });
        expect(await verdictOf(kind, credentials, { mismatch: 'ignore' })).toEqual(ignored);
      }
    });

    it('can hold the Client Identifier to the name', async () => {
      const bound = { client_id_is_username: true };
      expect(await verdictOf(kind, claiming(shown, { clientId: 'pump-7' }), bound)).toEqual(asPump);
      expect(await verdictOf(kind, claiming(shown, { clientId: 'pump-8' }), bound)).toMatchObject({
        outcome: 'deny',
        reasonCode: 0x85,
      });
    });
  });
}

describe('the login by x509', () => {
  it.each([
    ['common_name', 'pump-7'],
    ['subject', 'CN=pump-7,O=Pumps'],
    ['fingerprint', 'AB:CD'],
  ])('goes by the %s', async (username, name) => {
    expect(await verdictOf('x509', claiming({ certificate }), { username })).toEqual({
      outcome: 'allow',
      username: name,
    });
  });

  it.each(['', 'admin\0.example.org'])('knows nobody by a name such as %j', async (commonName) => {
    expect(await verdictOf('x509', claiming({ certificate: { ...certificate, commonName } }))).toEqual(ignored);
  });
});
