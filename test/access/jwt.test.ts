/** Logins with tokens: every kind of key, every way to forge one, and what claims mean. */

import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompactSign, exportJWK } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';
import type { OptionValue } from '../../src/ports/option.ts';
import { failureOf, login, verdict } from '../services/remote-source.ts';
import { clock, keys, openTokens, pem, SECRET, shown, sign } from './tokens.ts';

const folder = mkdtempSync(join(tmpdir(), 'jwt-'));
afterAll(() => rmSync(folder, { recursive: true }));

const now = Math.floor(clock.now() / 1000);

let files = 0;

function file(text: string): string {
  const path = join(folder, `key-${files++}.pem`);
  writeFileSync(path, text);
  return path;
}

describe('a token', () => {
  it('lets in whom the secret vouches for, with any of its algorithms', async () => {
    const { source, logged } = await openTokens({ secret: SECRET });
    for (const alg of ['HS256', 'HS384', 'HS512']) {
      expect(await shown(source, await sign({}, Buffer.from(SECRET), alg))).toBe('allow');
    }
    expect(await shown(source, await sign({}, Buffer.from(`${SECRET}!`)))).toBe('deny');
    expect(logged).toEqual([]);
  });

  it.each([
    ['rsa', ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']],
    ['p256', ['ES256']],
    ['p384', ['ES384']],
    ['p521', ['ES512']],
    ['ed25519', ['EdDSA', 'Ed25519']],
  ] as const)('is checked with a public key of %s', async (name, algorithms) => {
    const { source } = await openTokens({ public_key_file: file(pem(name)) });
    for (const alg of algorithms) {
      expect(await shown(source, await sign({}, keys[name].privateKey, alg))).toBe('allow');
    }
    expect(await shown(source, await sign({}, keys.other.privateKey, 'RS256'))).toBe('deny');
    expect(await shown(source, await sign({}))).toBe('deny');
  });

  it('may be signed by any key of a file, and with a secret beside it', async () => {
    const { source } = await openTokens({
      secret: SECRET,
      public_key_file: file(`# old\n${pem('rsa')}\n# new\n${pem('p256')}`),
    });
    expect(await shown(source, await sign({}, keys.rsa.privateKey, 'RS256'))).toBe('allow');
    expect(await shown(source, await sign({}, keys.p256.privateKey, 'ES256'))).toBe('allow');
    expect(await shown(source, await sign({}))).toBe('allow');
    expect(await shown(source, await sign({}, keys.other.privateKey, 'RS256'))).toBe('deny');
  });

  it('may have a secret in Base64', async () => {
    const bytes = Buffer.from('00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff', 'hex');
    for (const secret of [bytes.toString('base64'), bytes.toString('base64url')]) {
      const { source } = await openTokens({ secret, secret_base64: true });
      expect(await shown(source, await sign({}, bytes))).toBe('allow');
    }
  });

  it('that is not there leaves the client to the next source', async () => {
    const { source } = await openTokens({ secret: SECRET });
    expect(await login(source, { username: 'emqx' })).toBe('ignore');
    expect(await login(source, { username: 'emqx', password: '' })).toBe('ignore');
    expect(await login(source, {})).toBe('ignore');
    const { source: named } = await openTokens({ secret: SECRET, from: 'username' });
    expect(await login(named, { password: await sign({}) })).toBe('ignore');
    expect(await login(named, { username: '', password: 'x' })).toBe('ignore');
  });

  it.each([
    ['a password', 'public'],
    ['bytes that are no text', Buffer.from([0xff, 0x2e, 0x2e])],
    ['dots', '..'],
    ['no head', '.e30.x'],
    ['a head that is no object', `${Buffer.from('[]').toString('base64url')}.e30.x`],
    ['a head without an algorithm', `${Buffer.from('{}').toString('base64url')}.e30.x`],
    ['an encrypted token', 'eyJhbGciOiJkaXIifQ..a.b.c'],
    ['64 KB', 'x'.repeat(65_535)],
    ['64 KB of dots', '.'.repeat(65_535)],
  ])('is not what %s is: that is refused, or left to the next source', async (_title, password) => {
    const { source } = await openTokens({ secret: SECRET });
    expect(await login(source, { username: 'emqx', password })).toBe('deny');
    const { source: lenient } = await openTokens({ secret: SECRET, other_texts: 'ignore' });
    expect(await login(lenient, { username: 'emqx', password })).toBe('ignore');
  });

  it('may be the user name, which a claim replaces', async () => {
    const { source, logged } = await openTokens({ secret: SECRET, from: 'username', username_claim: 'sub' });
    expect(await verdict(source, { username: await sign({ sub: 'pump' }) })).toMatchObject({ username: 'pump' });
    for (const claims of [{}, { sub: '' }, { sub: 7 }, { sub: 'a\0' }, { sub: '\ud800' }]) {
      expect(await login(source, { username: await sign(claims) })).toBe('deny');
    }
    expect(logged).toEqual([]);
    const { logged: told } = await openTokens({ secret: SECRET, from: 'username' });
    expect(told[0]?.message).toMatch(/username_claim/);
  });
});

describe('a token that is forged', () => {
  const values = { secret: SECRET, public_key_file: file(pem('rsa')) };
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

  it.each(['none', 'None', '', 'HS1', 'RS1', 'dir', '__proto__'])(
    'with the algorithm %j lets nobody in',
    async (alg) => {
      const { source } = await openTokens({ ...values, other_texts: 'ignore' });
      for (const signature of ['', 'AAAA', hmac('HS256', `${part({ alg })}.${part({})}`)]) {
        expect(await shown(source, `${part({ alg })}.${part({})}.${signature}`)).toBe('deny');
      }
    },
  );

  it('by taking the public key for a secret lets nobody in', async () => {
    const { source } = await openTokens(values);
    const { source: alone } = await openTokens({ public_key_file: values.public_key_file });
    for (const key of [pem('rsa'), pem('rsa').trim(), keys.rsa.publicKey.export({ type: 'spki', format: 'der' })]) {
      const token = await sign({}, Buffer.from(key as string), 'HS256');
      expect(await shown(source, token)).toBe('deny');
      expect(await shown(alone, token)).toBe('deny');
    }
  });

  it('by changing a byte anywhere lets nobody in', async () => {
    const { source } = await openTokens(values);
    const token = await sign({ sub: 'pump' });
    for (const [place, character] of [...token].entries()) {
      if (character === '.') continue;
      const other = character === 'A' ? 'B' : 'A';
      const changed = `${token.slice(0, place)}${other}${token.slice(place + 1)}`;
      // The last character carries bits that no byte has.
      if (Buffer.from(changed.split('.')[2]!, 'base64url').equals(Buffer.from(token.split('.')[2]!, 'base64url'))) {
        if (changed.slice(0, changed.lastIndexOf('.')) === token.slice(0, token.lastIndexOf('.'))) continue;
      }
      expect(await shown(source, changed), `byte ${place}`).toBe('deny');
    }
  });

  it('with a key of its own lets nobody in', async () => {
    const { source } = await openTokens(values);
    const jwk = await exportJWK(keys.other.publicKey);
    for (const head of [{ jwk }, { jku: 'http://127.0.0.1:1/' }, { kid: '../../etc/passwd' }, { x5u: 'http://x/' }]) {
      expect(await shown(source, await sign({}, keys.other.privateKey, 'RS256', head))).toBe('deny');
    }
  });

  it('with demands that nobody knows lets nobody in', async () => {
    const { source } = await openTokens(values);
    const bare = new CompactSign(Buffer.from('{}')).setProtectedHeader({ alg: 'HS256', b64: true, crit: ['b64'] });
    expect(await shown(source, await bare.sign(Buffer.from(SECRET)))).toBe('deny');
  });

  it.each(['[]', '"x"', 'null', '', 'x', '{"exp":'])('with the claims %j lets nobody in', async (text) => {
    const { source } = await openTokens(values);
    const token = await new CompactSign(Buffer.from(text))
      .setProtectedHeader({ alg: 'HS256' })
      .sign(Buffer.from(SECRET));
    expect(await shown(source, token)).toBe('deny');
  });

  function hmac(alg: string, text: string): string {
    return createHmac(alg.replace('HS', 'sha'), '').update(text).digest('base64url');
  }
});

describe('claims of a token', () => {
  it('about time are kept to, and its end is the end of the login', async () => {
    const { source } = await openTokens({ secret: SECRET });
    const cases: [Record<string, unknown>, string][] = [
      [{ exp: now + 1 }, 'allow'],
      [{ exp: String(now + 1) }, 'allow'],
      [{ exp: now }, 'deny'],
      [{ exp: now - 1 }, 'deny'],
      [{ exp: 0 }, 'deny'],
      [{ exp: 'soon' }, 'deny'],
      [{ exp: null }, 'deny'],
      [{ exp: [now + 1] }, 'deny'],
      [{ exp: -1 }, 'deny'],
      [{ nbf: now }, 'allow'],
      [{ nbf: now + 1 }, 'deny'],
      [{ iat: now + 1 }, 'deny'],
      [{ iat: now - 1 }, 'allow'],
      [{ nbf: true }, 'deny'],
    ];
    for (const [claims, expected] of cases) {
      expect(await shown(source, await sign(claims)), JSON.stringify(claims)).toBe(expected);
    }
    const token = await sign({ exp: now + 60 });
    expect(await verdict(source, { password: token })).toMatchObject({ expiresAtMs: (now + 60) * 1000 });
    const { source: lenient } = await openTokens({ secret: SECRET, leeway_seconds: 5 });
    expect(await shown(lenient, await sign({ exp: now - 4 }))).toBe('allow');
    expect(await shown(lenient, await sign({ exp: now - 5 }))).toBe('deny');
    expect(await shown(lenient, await sign({ nbf: now + 5 }))).toBe('allow');
    expect(await verdict(source, { password: await sign({ exp: now }) })).toMatchObject({ reasonString: /expired/ });
    const forever = await verdict(source, { password: await sign({ exp: 1e300 }) });
    expect(forever).toMatchObject({ expiresAtMs: Number.MAX_SAFE_INTEGER });
  });

  it('must have an end where that is required', async () => {
    const { source } = await openTokens({ secret: SECRET, require_expiry: true });
    expect(await shown(source, await sign({}))).toBe('deny');
    expect(await shown(source, await sign({ exp: now + 1 }))).toBe('allow');
  });

  it('are compared with what the client says of itself', async () => {
    const { source } = await openTokens({
      secret: SECRET,
      verify_claims: ['username=%u', 'device = dev-%c', 'aud=broker', 'level=3', 'ok=true'],
    });
    const good = { username: 'emqx', device: 'dev-device-1', aud: ['x', 'broker'], level: 3, ok: true };
    expect(await shown(source, await sign(good))).toBe('allow');
    const bad: Record<string, unknown>[] = [
      { username: 'other' },
      { username: '%u' },
      { username: undefined },
      { username: ['emqxx'] },
      { username: { emqx: 1 } },
      { device: 'dev-' },
      { aud: ['x'] },
      { aud: [['broker']] },
      { level: '4' },
      { ok: false },
    ];
    for (const claims of bad) {
      expect(await shown(source, await sign({ ...good, ...claims })), JSON.stringify(claims)).toBe('deny');
    }
    expect(await shown(source, await sign(good), { clientId: 'device-2' })).toBe('deny');
    expect(await shown(source, await sign(good), { username: 'other' })).toBe('deny');
    expect(await shown(source, await sign(good), { username: undefined })).toBe('deny');
    const { username: _, ...nameless } = good;
    expect(await shown(source, await sign(nameless), { username: undefined })).toBe('deny');
    expect(await shown(source, await sign({ ...good, username: 'undefined' }), { username: undefined })).toBe('deny');
  });

  it('are not those that every object has', async () => {
    const { source } = await openTokens({
      secret: SECRET,
      verify_claims: ['constructor=x'],
      superuser_claim: '__proto__',
    });
    expect(await shown(source, await sign({}))).toBe('deny');
    expect(await shown(source, await sign({ constructor: 'x' }))).toBe('allow');
  });

  it('make a superuser only where that is configured, and only by being true', async () => {
    const { source } = await openTokens({ secret: SECRET });
    expect(await shown(source, await sign({ is_superuser: true }))).toBe('allow');
    const { source: asking } = await openTokens({ secret: SECRET, superuser_claim: 'is_superuser' });
    expect(await shown(asking, await sign({ is_superuser: true }))).toBe('superuser');
    for (const is_superuser of ['true', 1, [true], { true: true }, false]) {
      expect(await shown(asking, await sign({ is_superuser }))).toBe('allow');
    }
  });

  it('about permissions are handed on, and refused when they cannot be understood', async () => {
    const { source } = await openTokens({ secret: SECRET });
    expect(await verdict(source, { password: await sign({ acl: { pub: ['a/%c'], sub: [] } }) })).toMatchObject({
      permissions: [
        { effect: 'allow', action: 'publish', topic: 'a/%c' },
        { effect: 'deny', action: 'publish', topic: '#' },
        { effect: 'deny', action: 'subscribe', topic: '#' },
      ],
    });
    expect(await verdict(source, { password: await sign({}) })).not.toHaveProperty('permissions');
    for (const acl of ['all', { pub: 'a' }, [{ topic: 'a' }], null]) {
      expect(await shown(source, await sign({ acl }))).toBe('deny');
    }
    const { source: renamed } = await openTokens({ secret: SECRET, acl_claim: 'rights' });
    expect(await verdict(renamed, { password: await sign({ acl: 'x', rights: [] }) })).toMatchObject({
      permissions: [],
    });
  });
});

describe('keys that cannot be used', () => {
  it.each([
    ['JWT_SETTING_INVALID', {}, /none of secret, public_key_file and jwks_url/],
    [
      'JWT_KEY_UNREADABLE',
      { public_key_file: '/nowhere/key.pem' },
      /public_key_file \/nowhere\/key.pem cannot be read/,
    ],
    ['JWT_KEY_UNREADABLE', { public_key_file: folder }, /cannot be read/],
    ['JWT_KEY_INVALID', { public_key_file: file('') }, /nothing in PEM/],
    ['JWT_KEY_INVALID', { public_key_file: file('secret') }, /nothing in PEM/],
    ['JWT_KEY_INVALID', { public_key_file: file(pem('rsa').slice(0, 200)) }, /nothing in PEM/],
    ['JWT_KEY_INVALID', { public_key_file: file(pem('rsa').replace('MII', 'AII')) }, /cannot be used/],
    ['JWT_KEY_INVALID', { public_key_file: file(`${pem('rsa')}${pem('x25519')}`) }, /x25519 signs no tokens/],
    ['JWT_KEY_INVALID', { public_key_file: file(pem('weak')) }, /1024 bits; 2048 are needed/],
    ['JWT_KEY_INVALID', { secret: 'not base64!', secret_base64: true }, /not Base64/],
    ['JWT_SETTING_INVALID', { secret: SECRET, verify_claims: ['a=%P'] }, /verify_claims: a: %P/],
    ['JWT_SETTING_INVALID', { jwks_url: 'file:///etc/passwd' }, /http/],
    ['JWT_SETTING_INVALID', { jwks_url: 'https://u:never@x/' }, /without a password/],
    ['JWT_ADDRESS_FORBIDDEN', { jwks_url: 'http://127.0.0.1:1/', allow_private_addresses: false }, /private address/],
    ['JWT_TLS_FILE', { jwks_url: 'https://x/', ssl_ca_file: '/nowhere' }, /ssl_ca_file/],
  ])('%s: the start fails for %j', async (code, values, text) => {
    const failure = await failureOf(openTokens(values as unknown as Record<string, OptionValue>));
    expect(failure?.code).toBe(code);
    expect(failure?.message).toMatch(text);
    expect(failure?.message).toContain("Access source 'devices'");
    expect(failure?.message).not.toMatch(/never|not base64!/);
  });

  it('among them a private key, which has no business here', async () => {
    const text = keys.rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    const failure = await failureOf(openTokens({ public_key_file: file(text) }));
    expect(failure?.code).toBe('JWT_KEY_INVALID');
    expect(failure?.message).toMatch(/private key/);
  });

  it('on a reload leave the old ones', async () => {
    const path = file(pem('rsa'));
    const { source } = await openTokens({ public_key_file: path });
    const [old, later] = [await sign({}, keys.rsa.privateKey, 'RS256'), await sign({}, keys.p256.privateKey, 'ES256')];
    writeFileSync(path, pem('p256'));
    expect(await shown(source, later)).toBe('deny');
    await source.reload?.();
    expect(await shown(source, later)).toBe('allow');
    expect(await shown(source, old)).toBe('deny');
    writeFileSync(path, 'broken');
    expect((await failureOf(source.reload?.()))?.code).toBe('JWT_KEY_INVALID');
    expect(await shown(source, later)).toBe('allow');
  });

  it('because they are short are used, and told', async () => {
    const { source, logged } = await openTokens({ secret: 'emqxsecret' });
    expect(await shown(source, await sign({}, Buffer.from('emqxsecret')))).toBe('allow');
    expect(logged.map(({ message }) => message)).toEqual([expect.stringContaining('fewer than 32 bytes')]);
    expect(JSON.stringify(logged)).not.toContain('emqxsecret');
  });
});
