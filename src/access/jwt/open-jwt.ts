/** The kind `jwt`: logins with JSON Web Tokens, which carry their own permissions and their own end. */

import type { Authenticator, Credentials, LoginVerdict } from '../../ports/access.ts';
import type { AccessSource, OpenAccessSource, SourceDependencies } from '../../ports/access-source.ts';
import type { OptionReader } from '../../ports/option.ts';
import { HttpClient } from '../remote/http-client.ts';
import { utf8Text } from '../remote/placeholders.ts';
import { isPrivateHost } from '../remote/public-lookup.ts';
import { readTlsSettings } from '../remote/tls-files.ts';
import { type ClaimRules, judgeClaims, parseExpectedClaims } from './claims.ts';
import { jwtFailure } from './failures.ts';
import { KeySet } from './key-set.ts';
import { PUBLIC_ALGORITHMS, readPublicKeys, secretKey, type VerificationKey, verifyWith } from './keys.ts';
import { jsonObject, readTokenHead } from './token.ts';

/** Below this a secret can be found by trying. */
const SECRET_BYTES_SAFE = 32;

interface Keys {
  readonly own: readonly VerificationKey[];
  readonly set: KeySet | undefined;
  readonly client: HttpClient | undefined;
}

interface Settings {
  readonly from: 'password' | 'username';
  readonly ignoresOthers: boolean;
  readonly claims: ClaimRules;
}

/**
 * Opens a source.
 * @throws BackendError for options that cannot be used and for keys that cannot be read or used. A key set that cannot
 * be fetched is none of these: logins fail until it can
 */
export const openJwt: OpenAccessSource = async (name, options, dependencies) => {
  const failure = jwtFailure(name, 'the section');
  const expected = parseExpectedClaims(options.list('verify_claims'));
  if ('problem' in expected) throw failure('SETTING_INVALID', `verify_claims: ${expected.problem}`);
  const settings: Settings = {
    from: options.text('from') as 'password' | 'username',
    ignoresOthers: options.text('other_texts') === 'ignore',
    claims: {
      expected,
      leewaySeconds: options.number('leeway_seconds'),
      requiresExpiry: options.boolean('require_expiry'),
      usernameClaim: options.optionalText('username_claim') || undefined,
      superuserClaim: options.optionalText('superuser_claim') || undefined,
      aclClaim: options.text('acl_claim'),
    },
  };
  const keys = await readKeys(name, options, dependencies);
  warnAbout(name, settings, keys, dependencies);
  return new JwtSource(name, settings, keys, dependencies, () => readKeys(name, options, dependencies));
};

function warnAbout(name: string, { from, claims }: Settings, { own }: Keys, { log }: SourceDependencies): void {
  if (own.some(({ key }) => key instanceof Uint8Array && key.length < SECRET_BYTES_SAFE)) {
    const advice = `jwt.secret has fewer than ${SECRET_BYTES_SAFE} bytes; whoever finds it by trying can make tokens`;
    log.warn(advice, { source: name });
  }
  if (from === 'username' && claims.usernameClaim === undefined) {
    log.warn('Tokens are user names here and appear wherever those do; jwt.username_claim puts a name in their place', {
      source: name,
    });
  }
}

async function readKeys(name: string, options: OptionReader, { clock }: SourceDependencies): Promise<Keys> {
  const failure = jwtFailure(name, 'the section');
  const own: VerificationKey[] = [];
  const secret = options.optionalText('secret');
  if (secret !== undefined) {
    own.push(secretKey(secret, options.boolean('secret_base64'), jwtFailure(name, 'jwt.secret')));
  }
  const file = options.optionalText('public_key_file');
  if (file !== undefined) own.push(...(await readPublicKeys(file, jwtFailure(name, `jwt.public_key_file ${file}`))));
  const url = options.optionalText('jwks_url')?.trim() ?? '';
  if (url === '') {
    if (own.length > 0) return { own, set: undefined, client: undefined };
    throw failure('SETTING_INVALID', 'none of secret, public_key_file and jwks_url is set');
  }
  return { own, ...(await readKeySet(name, url, options, clock)) };
}

async function readKeySet(
  name: string,
  text: string,
  options: OptionReader,
  clock: SourceDependencies['clock'],
): Promise<{ set: KeySet; client: HttpClient }> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isUsable = url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  if (!isUsable) {
    const advice = 'jwks_url must be an address with http:// or https:// and without a password';
    throw jwtFailure(name, 'the section')('SETTING_INVALID', advice);
  }
  const failure = jwtFailure(name, `the key set at ${url.origin}${url.pathname}`);
  const allowsPrivateAddresses = options.boolean('allow_private_addresses');
  if (!allowsPrivateAddresses && isPrivateHost(url.hostname)) throw failure('ADDRESS_FORBIDDEN');
  const seconds = options.number('jwks_seconds_max');
  const client = new HttpClient({
    connectionsMax: 1,
    waitingMax: 1,
    connectSecondsMax: seconds,
    answerSecondsMax: seconds,
    answerBytesMax: options.number('jwks_bytes_max'),
    allowsPrivateAddresses,
    tls: await readTlsSettings(options, (saying, cause) => failure('TLS_FILE', saying, cause)),
    clock,
    failure,
  });
  const set = new KeySet({
    client,
    url,
    refreshSeconds: options.number('jwks_refresh_seconds'),
    staleSecondsMax: options.number('jwks_stale_seconds_max'),
    clock,
    failure,
  });
  return { set, client };
}

type Answer = LoginVerdict | { outcome: 'ignore' };

const IGNORE: Answer = { outcome: 'ignore' };
const REFUSED: Answer = { outcome: 'deny' };

class JwtSource implements AccessSource {
  readonly name: string;
  readonly kind = 'jwt';
  readonly authenticator: Authenticator;
  readonly #settings: Settings;
  readonly #clock: SourceDependencies['clock'];
  readonly #readKeys: () => Promise<Keys>;
  #keys: Keys;

  constructor(
    name: string,
    settings: Settings,
    keys: Keys,
    { clock }: SourceDependencies,
    readKeysAgain: () => Promise<Keys>,
  ) {
    this.name = name;
    this.#settings = settings;
    this.#keys = keys;
    this.#clock = clock;
    this.#readKeys = readKeysAgain;
    this.authenticator = { name, authenticate: (credentials) => this.#authenticate(credentials) };
  }

  /** Reads the files again and fetches the key set. Clients that are connected stay so. */
  async reload(): Promise<void> {
    const later = await this.#readKeys();
    try {
      await later.set?.refresh();
    } catch (error) {
      // The keys that are here are better than none.
      later.client?.close();
      throw error;
    }
    this.#keys.client?.finish();
    this.#keys = later;
  }

  async test(): Promise<void> {
    await this.#keys.set?.refresh();
  }

  async close(): Promise<void> {
    this.#keys.client?.close();
  }

  #authenticate(credentials: Credentials): Answer | Promise<Answer> {
    const { from, ignoresOthers } = this.#settings;
    const { password, username } = credentials;
    const token = from === 'username' ? username : password === undefined ? undefined : (utf8Text(password) ?? '?');
    if (token === undefined || token === '') return IGNORE;
    const head = readTokenHead(token);
    if (head === undefined) return ignoresOthers ? IGNORE : REFUSED;
    return this.#verify(token, head.algorithm, credentials);
  }

  async #verify(token: string, algorithm: string, credentials: Credentials): Promise<Answer> {
    const { own, set } = this.#keys;
    let payload = await verifyWith(own, token, algorithm);
    if (payload === undefined && set !== undefined && PUBLIC_ALGORITHMS.includes(algorithm)) {
      payload = await set.verify(token);
    }
    const claims = payload === undefined ? undefined : jsonObject(payload);
    if (claims === undefined) return REFUSED;
    return judgeClaims(claims, this.#settings.claims, credentials, this.#clock.now());
  }
}
