/** Sources of access that stand behind a network, opened for tests as the broker would open them. */

import { onTestFinished } from 'vitest';
import { PasswordVerifier } from '../../src/access/passwords/password-checks.ts';
import type { Credentials, LoginVerdict } from '../../src/ports/access.ts';
import type { AccessSource, OpenAccessSource } from '../../src/ports/access-source.ts';
import { BackendError } from '../../src/ports/backend-error.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { PeerCertificate } from '../../src/ports/listener.ts';
import type { Log, LogFields } from '../../src/ports/log.ts';
import type { OptionRow, OptionValue } from '../../src/ports/option.ts';
import { SystemClock } from '../../src/std/system-clock.ts';
import { SystemRandom } from '../../src/std/system-random.ts';
import { MemoryStore } from '../../src/stores/memory.ts';
import { optionReader } from '../doubles/option-reader.ts';

export interface OpenedRemote {
  readonly source: AccessSource;
  /** Warnings and errors. */
  readonly logged: { readonly message: string; readonly fields: LogFields | undefined }[];
}

/** The source is closed at the end of the test. */
export async function openRemote(
  open: OpenAccessSource,
  rows: readonly OptionRow[],
  kind: string,
  values: Readonly<Record<string, OptionValue>>,
  clock: Clock = new SystemClock(),
): Promise<OpenedRemote> {
  const logged: { message: string; fields: LogFields | undefined }[] = [];
  const note = (message: string, fields?: LogFields): void => {
    logged.push({ message, fields });
  };
  const log: Log = { debug() {}, info() {}, warn: note, error: note };
  const source = await open('devices', optionReader(rows, kind, values), {
    log,
    clock,
    random: new SystemRandom(),
    passwords: new PasswordVerifier({ clock }),
    store: new MemoryStore(),
    rulesChanged: () => {},
  });
  onTestFinished(() => source.close());
  return { source, logged };
}

/** The failure of an attempt; undefined when it succeeds. */
export async function failureOf(attempt: Promise<unknown> | undefined): Promise<BackendError | undefined> {
  try {
    await attempt;
    return undefined;
  } catch (error) {
    if (error instanceof BackendError) return error;
    throw error;
  }
}

export interface Said {
  readonly username?: string | undefined;
  readonly password?: string | Buffer | undefined;
  readonly clientId?: string;
  readonly address?: string;
  readonly certificate?: { readonly commonName: string; readonly subject: string };
}

export function credentials({ username, password, clientId, address, certificate }: Said): Credentials {
  return {
    clientId: clientId ?? 'device-1',
    username,
    password: typeof password === 'string' ? Buffer.from(password) : password,
    peer: {
      address: address ?? '127.0.0.1',
      port: 50_000,
      localAddress: '127.0.0.1',
      localPort: 1883,
      listener: 'tcp',
      transport: 'tcp',
      ...(certificate !== undefined && { certificate: { ...certificate, fingerprint256: '' } as PeerCertificate }),
    },
    version: 5,
    anonymous: 'deny',
  };
}

export async function verdict(source: AccessSource, said: Said): Promise<LoginVerdict | { outcome: 'ignore' }> {
  const answer = await source.authenticator?.authenticate(credentials(said));
  return answer ?? { outcome: 'ignore' };
}

/** `allow`, `superuser`, `deny`, `ignore`, or the code of the failure. */
export async function login(source: AccessSource, said: Said): Promise<string> {
  const failure = { code: '' };
  const answer = await verdict(source, said).catch((error: unknown) => {
    if (!(error instanceof BackendError)) throw error;
    failure.code = error.code;
    return undefined;
  });
  if (answer === undefined) return failure.code;
  return answer.outcome === 'allow' && answer.superuser === true ? 'superuser' : answer.outcome;
}

/** `allow`, `deny`, `ignore`, or the code of the failure. */
export async function may(
  source: AccessSource,
  said: Said,
  action: 'publish' | 'subscribe',
  topic: string,
): Promise<string> {
  try {
    return (await source.authorizer?.authorize(credentials(said), { action, topic, qos: 0, retain: false })) ?? 'none';
  } catch (error) {
    if (error instanceof BackendError) return error.code;
    throw error;
  }
}
