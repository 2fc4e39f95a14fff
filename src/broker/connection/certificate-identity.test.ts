import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { clientCertificate } from '../../../test/listeners/listening.ts';
import type { ClientIdentity } from '../../ports/access.ts';
import type { Peer } from '../../ports/listener.ts';
import type { IdentityName } from '../../ports/rules.ts';
import { identityFromCertificate } from './certificate-identity.ts';

const bare: Peer = {
  address: '192.0.2.1',
  port: 1,
  localAddress: '127.0.0.1',
  localPort: 8883,
  listener: 'mqtts',
  transport: 'tls',
};
const certificate = { commonName: 'pump-7', subject: 'CN=pump-7,O=Pumps', fingerprint256: 'AB:CD' };

function identityOf(peer: Peer, username?: string): ClientIdentity {
  return { clientId: 'said', username, peer, version: 5 };
}

describe('the identity from a certificate', () => {
  it.each([
    ['common_name', 'pump-7'],
    ['identity', 'pump-7'],
    ['subject', 'CN=pump-7,O=Pumps'],
    ['fingerprint', 'AB:CD'],
  ] as const)('takes the %s for the user name and the Client Identifier', (from, name) => {
    const peer = { ...bare, certificate };
    const identity = identityOf(peer, 'admin');
    expect(identityFromCertificate({ usernameFrom: from }, peer, identity)).toEqual({ ...identity, username: name });
    expect(identityFromCertificate({ clientIdFrom: from }, peer, identity)).toEqual({ ...identity, clientId: name });
  });

  it('takes the certificate itself, and its MD5', () => {
    const { cert } = clientCertificate('/CN=pump-7');
    const der = new X509Certificate(cert).raw;
    const peer = { ...bare, certificate: { ...certificate, der } };
    const nameBy = (usernameFrom: IdentityName): string | undefined =>
      identityFromCertificate({ usernameFrom }, peer, identityOf(peer)).username;
    expect(nameBy('pem')).toBe(cert);
    expect(nameBy('der')).toBe(der.toString('base64'));
    expect(nameBy('md5')).toMatch(/^[0-9a-f]{32}$/);
  });

  it('takes the identity of a pre-shared key', () => {
    const peer = { ...bare, pskIdentity: 'pump-8' };
    for (const usernameFrom of ['psk_identity', 'identity'] as const) {
      expect(identityFromCertificate({ usernameFrom }, peer, identityOf(peer, 'admin')).username).toBe('pump-8');
    }
    expect(identityFromCertificate({ usernameFrom: 'common_name' }, peer, identityOf(peer, 'admin')).username).toBe(
      'admin',
    );
  });

  it('leaves a client alone that shows neither, and one at a listener without such rules', () => {
    const identity = identityOf(bare, 'anna');
    expect(identityFromCertificate({ usernameFrom: 'identity', clientIdFrom: 'subject' }, bare, identity)).toEqual(
      identity,
    );
    const named = { ...bare, certificate };
    expect(identityFromCertificate({}, named, identity)).toBe(identity);
  });

  it.each([
    [{ ...certificate, commonName: '' }, 'common_name'],
    [{ ...certificate, commonName: 'admin\0.example.org' }, 'common_name'],
    [{ ...certificate, subject: 'x'.repeat(70_000) }, 'subject'],
    // A proxy tells the Common Name only.
    [certificate, 'pem'],
    [certificate, 'md5'],
    [certificate, 'der'],
  ] as const)('is refused when the certificate has no such name: %#', (shown, from) => {
    const peer = { ...bare, certificate: shown };
    const asked = (rules: Parameters<typeof identityFromCertificate>[0]) => () =>
      identityFromCertificate(rules, peer, identityOf(peer, 'admin'));
    expect(asked({ usernameFrom: from })).toThrow(expect.objectContaining({ name: 'ProtocolError', reasonCode: 0x86 }));
    expect(asked({ clientIdFrom: from })).toThrow(expect.objectContaining({ name: 'ProtocolError', reasonCode: 0x85 }));
  });
});
