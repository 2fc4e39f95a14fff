import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fuzzTargets } from '../../../test/fuzz/revocations.fuzz.ts';
import { Authority, type TestCertificate } from '../../../test/listeners/authority.ts';
import { RevocationProblem, Revocations } from './revocations.ts';

const now = Date.now();
const dayMs = 24 * 60 * 60 * 1000;

function problemOf(
  revocations: Revocations,
  { cert }: TestCertificate,
  nowMs: number = now + dayMs,
): string | undefined {
  return revocations.problemOf(new X509Certificate(cert), nowMs);
}

describe('revocation lists', () => {
  it.each([false, true])('refuse what has been revoked, and nobody else (RSA: %s)', (rsa) => {
    const authority = new Authority({ rsa });
    const [good, bad] = [authority.issue('good'), authority.issue('bad')];
    const before = new Revocations([authority.list()], [authority.cert]);
    expect([problemOf(before, good), problemOf(before, bad)]).toEqual([undefined, undefined]);
    authority.revoke('bad');
    const after = new Revocations([authority.list()], [authority.cert]);
    expect([problemOf(after, good), problemOf(after, bad)]).toEqual([undefined, 'its certificate has been revoked']);
  });

  it('ask for the list of who signed the client, not for those of the authorities above', () => {
    const root = new Authority({ subject: '/CN=Root' });
    const between = new Authority({ subject: '/CN=Between', by: root });
    const [good, bad] = [between.issue('good'), between.issue('bad')];
    between.revoke('bad');
    const chain = `${root.cert}${between.cert}`;
    const lists = new Revocations([between.list()], [chain]);
    expect([problemOf(lists, good), problemOf(lists, bad)]).toEqual([undefined, 'its certificate has been revoked']);
    const ofRoot = new Revocations([root.list()], [chain]);
    expect(problemOf(ofRoot, good)).toContain('there is no revocation list of the authority');
  });

  it('that are too old, or not yet valid, let nobody in', () => {
    const authority = new Authority();
    const client = authority.issue('client');
    const revocations = new Revocations([authority.list()], [authority.cert]);
    expect(problemOf(revocations, client, now + 31 * dayMs)).toContain('has expired');
    expect(problemOf(revocations, client, now - dayMs)).toContain('has expired');
    authority.revoke('client');
    const both = new Revocations([`${authority.list()}\n${authority.list()}`], [authority.cert]);
    expect(problemOf(both, client)).toContain('revoked');
  });

  it('tell authorities apart that have the same name', () => {
    const [old, young] = [new Authority(), new Authority()];
    const [ofOld, ofYoung] = [old.issue('a'), young.issue('b')];
    // Both have the same first serial number.
    old.revoke('a');
    const lists = new Revocations([old.list() + young.list()], [old.cert, young.cert]);
    expect([problemOf(lists, ofOld), problemOf(lists, ofYoung)]).toEqual([
      'its certificate has been revoked',
      undefined,
    ]);
  });

  it('are refused when they are not signed by an authority of clients, or were changed', () => {
    const [authority, other] = [new Authority(), new Authority({ subject: '/CN=Other' })];
    authority.issue('bad');
    authority.revoke('bad');
    const list = authority.list();
    expect(() => new Revocations([list], [other.cert])).toThrow('is signed by none of the authorities');
    // Another authority of the same name is another authority.
    expect(() => new Revocations([list], [new Authority().cert])).toThrow('is signed by none of the authorities');
    const der = Buffer.from(list.replace(/-----.*-----|\n/g, ''), 'base64');
    const serialAt = der.lastIndexOf(Buffer.from('020101', 'hex'));
    der[serialAt + 2] = 2;
    const forged = `-----BEGIN X509 CRL-----\n${der.toString('base64')}\n-----END X509 CRL-----`;
    expect(() => new Revocations([forged], [authority.cert])).toThrow(RevocationProblem);
  });

  it.each([
    ['', 'it holds no revocation list'],
    ['-----BEGIN X509 CRL-----\nMIIB', 'it holds no revocation list'],
    ['-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----', 'list 1 cannot be used'],
  ])('are refused when they cannot be read: %j', (text, message) => {
    expect(() => new Revocations([text], [])).toThrow(message);
  });

  it('survive whatever the bytes are', () => {
    for (const run of Object.values(fuzzTargets)) expect(() => run(now % 1_000_000_000, 2000)).not.toThrow();
  });
});
