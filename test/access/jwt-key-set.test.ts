/** Logins with tokens whose keys somebody publishes: a key set that comes, changes and goes. */

import { generateKeyPairSync } from 'node:crypto';
import { exportJWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { failureOf, login } from '../services/remote-source.ts';
import { always, WebService } from '../services/web-service.ts';
import { type KeyName, keys, openTokens, SECRET, shown, sign } from './tokens.ts';

describe('a published key set', () => {
  async function published(...names: KeyName[]): Promise<string> {
    const all = await Promise.all(
      names.map(async (name) => ({ ...(await exportJWK(keys[name].publicKey)), kid: name })),
    );
    return JSON.stringify({ keys: all });
  }

  const by = (name: 'rsa' | 'p256' | 'other', alg: string, head: object = { kid: name }): Promise<string> =>
    sign({}, keys[name].privateKey, alg, head as Record<string, unknown>);

  it('is fetched when it is needed, and kept', async () => {
    const service = await WebService.start(always(200, await published('rsa', 'p256')));
    const { source } = await openTokens({ jwks_url: `${service.url}/keys?v=1` });
    expect(service.heard).toEqual([]);
    const tokens = [await by('rsa', 'RS256'), await by('p256', 'ES256'), await by('rsa', 'RS256', {})];
    const outcomes = await Promise.all([...tokens, ...tokens].map((token) => shown(source, token)));
    expect(new Set(outcomes)).toEqual(new Set(['allow']));
    expect(await shown(source, await by('other', 'RS256', { kid: 'rsa' }))).toBe('deny');
    expect(service.heard).toHaveLength(1);
    expect(service.heard[0]).toMatchObject({ method: 'GET', url: '/keys?v=1' });
  });

  it('is not asked about tokens that it cannot have signed', async () => {
    const service = await WebService.start(always(200, await published('rsa')));
    const { source } = await openTokens({ jwks_url: service.url, secret: SECRET });
    expect(await shown(source, await sign({}, Buffer.from('another secret of thirty-two bytes!')))).toBe('deny');
    expect(await shown(source, await sign({}))).toBe('allow');
    expect(await login(source, { password: 'public' })).toBe('deny');
    expect(service.heard).toEqual([]);
  });

  it('is fetched again for a key that is not in it, but not by every such token', async () => {
    const time = new FakeClock();
    const service = await WebService.start(always(200, await published('rsa')));
    const { source } = await openTokens({ jwks_url: service.url }, time);
    expect(await shown(source, await by('rsa', 'RS256'))).toBe('allow');
    service.answering = always(200, await published('p256'));
    const later = await by('p256', 'ES256');
    for (let i = 0; i < 20; i++) expect(await shown(source, later)).toBe('deny');
    expect(service.heard).toHaveLength(1);
    time.advance(5001);
    expect(await shown(source, later)).toBe('allow');
    expect(await shown(source, await by('rsa', 'RS256'))).toBe('deny');
    expect(service.heard).toHaveLength(2);
  });

  it('that is old is fetched again, and serves while it cannot be, but not for ever', async () => {
    const time = new FakeClock();
    const service = await WebService.start(always(200, await published('rsa')));
    const values = { jwks_url: service.url, jwks_refresh_seconds: 100, jwks_stale_seconds_max: 200 };
    const { source } = await openTokens(values, time);
    const token = await by('rsa', 'RS256');
    expect(await shown(source, token)).toBe('allow');
    service.answering = always(500);
    for (const later of [101_000, 150_000]) {
      time.advance(later);
      expect(await shown(source, token)).toBe('allow');
      // The test waits for the fetch that the token has begun.
      expect((await failureOf(source.test?.()))?.code).toBe('JWT_KEYS_UNUSABLE');
    }
    time.advance(60_000);
    expect(await shown(source, token)).toBe('JWT_KEYS_UNUSABLE');
    const fetches = service.heard.length;
    expect(fetches).toBeGreaterThanOrEqual(4);
    expect(await shown(source, token)).toBe('JWT_KEYS_UNUSABLE');
    expect(service.heard).toHaveLength(fetches);
    service.answering = always(200, await published('rsa'));
    time.advance(5001);
    expect(await shown(source, token)).toBe('allow');
  });

  it('that does not come at first is asked for again, and nobody is let in before', async () => {
    const time = new FakeClock();
    const service = await WebService.start(always(200, await published('rsa')));
    await service.stop();
    const { source } = await openTokens({ jwks_url: service.url }, time);
    const token = await by('rsa', 'RS256');
    expect(await shown(source, token)).toBe('JWT_UNREACHABLE');
    expect(await shown(source, await by('other', 'RS256'))).toBe('JWT_UNREACHABLE');
    const failure = await failureOf(source.test?.());
    expect(failure?.code).toBe('JWT_UNREACHABLE');
    expect(failure?.message).toMatch(/the key set at http:.*ECONNREFUSED.*jwt.jwks_url/);
    await service.start();
    time.advance(5001);
    expect(await shown(source, token)).toBe('allow');
    expect(await failureOf(source.test?.())).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['no object', '[]'],
    ['no list', '{"keys":{}}'],
    ['an empty list', '{"keys":[]}'],
    ['no keys', '{"keys":[null,7,{}]}'],
    ['a secret', `{"keys":[{"kty":"oct","k":"${Buffer.from(SECRET).toString('base64url')}"}]}`],
    ['too much', `{"keys":[],"x":"${'y'.repeat(300_000)}"}`],
    ['too many', JSON.stringify({ keys: Array.from({ length: 101 }, () => ({ kty: 'RSA' })) })],
  ])('with %s lets nobody in', async (_title, text) => {
    const service = await WebService.start(always(200, text));
    const { source } = await openTokens({ jwks_url: service.url });
    expect(await shown(source, await by('rsa', 'RS256'))).toMatch(/^JWT_(KEYS_UNUSABLE|ANSWER_TOO_LARGE)$/);
    expect(await shown(source, await sign({}))).toBe('deny');
  });

  it('with keys that are broken, weak, private or for something else lets nobody in by them', async () => {
    const jwk = await exportJWK(keys.rsa.publicKey);
    const cases = [
      { ...jwk, use: 'enc' },
      { ...jwk, key_ops: ['encrypt'] },
      { ...jwk, alg: 'RS512' },
      { kty: 'RSA', n: 'AAAA', e: 'AQAB' },
      { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA' },
      await exportJWK(keys.weak.publicKey),
    ];
    const service = await WebService.start(always(200, JSON.stringify({ keys: cases })));
    const { source } = await openTokens({ jwks_url: service.url });
    expect(await shown(source, await by('rsa', 'RS256', {}))).toBe('deny');
    expect(await shown(source, await by('p256', 'ES256', {}))).toBe('deny');
    const open1 = always(200, JSON.stringify({ keys: [await exportJWK(keys.rsa.privateKey)] }));
    const { source: leaky } = await openTokens({ jwks_url: (await WebService.start(open1)).url });
    expect(await shown(leaky, await by('rsa', 'RS256', {}))).toBe('JWT_KEYS_UNUSABLE');
  });

  it('with several keys without names is searched for the right one', async () => {
    const all = await Promise.all([keys.other, keys.rsa].map(({ publicKey }) => exportJWK(publicKey)));
    const service = await WebService.start(always(200, JSON.stringify({ keys: all })));
    const { source } = await openTokens({ jwks_url: service.url });
    expect(await shown(source, await by('rsa', 'RS256', {}))).toBe('allow');
    expect(await shown(source, await by('other', 'PS384', {}))).toBe('allow');
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(await shown(source, await sign({}, stranger.privateKey, 'RS256'))).toBe('deny');
  });

  it('that redirects elsewhere is not followed', async () => {
    const service = await WebService.start(async ({ url }, response) => {
      if (url === '/other') response.end(await published('rsa'));
      else response.writeHead(302, { location: '/other' }).end();
    });
    const { source } = await openTokens({ jwks_url: `${service.url}/keys` });
    expect(await shown(source, await by('rsa', 'RS256'))).toBe('JWT_REDIRECTED');
  });

  it('that cannot be fetched on a reload leaves the old one', async () => {
    const service = await WebService.start(always(200, await published('rsa')));
    const { source } = await openTokens({ jwks_url: service.url });
    const token = await by('rsa', 'RS256');
    expect(await shown(source, token)).toBe('allow');
    service.answering = always(500);
    expect((await failureOf(source.reload?.()))?.code).toBe('JWT_KEYS_UNUSABLE');
    expect(await shown(source, token)).toBe('allow');
    service.answering = always(200, await published('p256'));
    await source.reload?.();
    expect(await shown(source, token)).toBe('deny');
  });
});
