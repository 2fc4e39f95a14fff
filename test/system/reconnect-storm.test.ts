/**
 * Two thousand clients come at once, each with a password of its own under bcrypt or PBKDF2. Meanwhile the broker
 * answers others, and when all come back soon after it checks none of the slow hashes again.
 */

import { fork } from 'node:child_process';
import { pbkdf2 } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { hash } from '@node-rs/bcrypt';
import { expect, onTestFinished, test } from 'vitest';
import type { ImportedUser } from '../../src/ports/builtin-users.ts';
import type { HashRule } from '../../src/ports/password-checks.ts';
import { openLogins, usersOf } from '../access/login-sources.ts';
import { serve } from '../clients/serving.ts';
import { until } from '../listeners/listening.ts';

const clientsProgram = fileURLToPath(new URL('storm-clients.mjs', import.meta.url));
const CLIENTS = 2000;
const WRONG_CLIENTS = 200;
/** Low enough for a test of so many. That hashes run beside the broker is proved in password-checks.test.ts. */
const BCRYPT_COST = 5;
const bcrypt: HashRule = { kind: 'bcrypt', saltColumn: false };
const pbkdf2Rule = { kind: 'pbkdf2', mac: 'sha256', iterations: 5000, keyBytes: 32 } as const;
const PING_MS = 5;
/** Long enough for a machine that does other things as well. */
const STORM_MS_MAX = 40_000;

const passwordOf = (n: number): string => `password of ${n}`;

async function userOf(n: number): Promise<ImportedUser> {
  const [kind, name, salt] = ['username', `user${n}`, `salt${n}`] as const;
  if (n % 2 === 0) {
    const text = await hash(passwordOf(n), { cost: BCRYPT_COST });
    return { kind, name, stored: { rule: bcrypt, hash: text, salt: undefined } };
  }
  const { mac, iterations, keyBytes } = pbkdf2Rule;
  const key = await promisify(pbkdf2)(passwordOf(n), salt, iterations, keyBytes, mac);
  return { kind, name, stored: { rule: pbkdf2Rule, hash: key.toString('hex'), salt } };
}

/** A text as MQTT has it, with its length before it. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

/** A CONNECT of MQTT 3.1.1 with a clean session and no keep alive. */
function connectPacket(clientId: string, username: string, password: string): Buffer {
  const head = Buffer.concat([text('MQTT'), Buffer.from([4, 0xc2, 0, 0])]);
  const body = Buffer.concat([head, text(clientId), text(username), text(password)]);
  expect(body.length).toBeLessThan(128);
  return Buffer.concat([Buffer.from([0x10, body.length]), body]);
}

interface Client {
  readonly socket: Socket;
  readonly received: Buffer[];
  closed: boolean;
}

function clientAt(port: number, packet: Buffer): Client {
  const client: Client = { socket: connect({ port, host: '127.0.0.1' }), received: [], closed: false };
  client.socket.on('data', (chunk: Buffer) => client.received.push(chunk));
  client.socket.on('error', () => {});
  client.socket.on('close', () => {
    client.closed = true;
  });
  client.socket.write(packet);
  return client;
}

/** The return code of CONNACK, undefined until it is there. */
function codeOf({ received }: Client): number | undefined {
  const bytes = Buffer.concat(received);
  return bytes.length >= 4 && bytes[0] === 0x20 ? bytes[3] : undefined;
}

/** All come at once, from another process. Resolves with the return codes; nobody stays connected. */
async function storm(port: number, count: number, password: (n: number) => string): Promise<(number | null)[]> {
  const child = fork(clientsProgram, { serialization: 'advanced' });
  onTestFinished(() => void child.kill());
  const clients = Array.from({ length: count }, (_, n) => ({
    clientId: `c${n}`,
    username: `user${n}`,
    password: password(n),
  }));
  const answered = once(child, 'message') as Promise<[(number | null)[]]>;
  child.send({ port, clients, withinMs: STORM_MS_MAX });
  const [codes] = await answered;
  return codes;
}

/** Sends a PINGREQ after each answer, and keeps the longest time between two answers: whatever holds up the broker falls into one of them. */
class Watcher {
  readonly #client: Client;
  #answeredAt = 0;
  #longestMs = 0;
  answers = 0;

  constructor(port: number) {
    this.#client = clientAt(port, connectPacket('watcher', 'watcher', 'watching'));
    const { socket } = this.#client;
    let timer: NodeJS.Timeout | undefined;
    socket.on('data', () => {
      const now = performance.now();
      if (this.answers > 0) this.#longestMs = Math.max(this.#longestMs, now - this.#answeredAt);
      this.#answeredAt = now;
      this.answers++;
      timer = setTimeout(() => socket.write(Buffer.from([0xc0, 0])), PING_MS);
    });
    onTestFinished(() => {
      clearTimeout(timer);
      socket.destroy();
    });
  }

  get isConnected(): boolean {
    return codeOf(this.#client) === 0 && !this.#client.closed;
  }

  /** The wait that goes on counts, even if its answer never comes. */
  get longestMs(): number {
    return Math.max(this.#longestMs, performance.now() - this.#answeredAt);
  }
}

test(`${CLIENTS} clients with slow hashes do not keep others waiting, and cost nothing when they come back`, async () => {
  const logins = await openLogins('builtin', { hide_unknown_users: false });
  const users = usersOf(logins);
  await users.importUsers(await Promise.all(Array.from({ length: CLIENTS }, (_, n) => userOf(n))));
  await users.addUser({ kind: 'username', name: 'watcher', password: 'watching' });
  const { port } = await serve({
    authenticators: [logins.source.authenticator!],
    answerSecondsMax: STORM_MS_MAX / 1000,
    listen: { allowAnonymous: false },
  });
  const watcher = new Watcher(port);
  await until(() => watcher.isConnected, 'the watcher');

  expect(new Set(await storm(port, CLIENTS, passwordOf))).toEqual(new Set([0]));
  expect(logins.slow.count).toBe(CLIENTS);
  expect(watcher.answers).toBeGreaterThan(20);
  expect(watcher.longestMs).toBeLessThan(1000);

  expect(new Set(await storm(port, CLIENTS, passwordOf))).toEqual(new Set([0]));
  expect(logins.slow.count).toBe(CLIENTS);

  // A wrong password is checked in full, whatever is remembered of the right one.
  expect(new Set(await storm(port, WRONG_CLIENTS, (n) => `${passwordOf(n)}!`))).toEqual(new Set([4]));
  expect(logins.slow.count).toBe(CLIENTS + WRONG_CLIENTS);
  expect(watcher.isConnected).toBe(true);
  expect(watcher.longestMs).toBeLessThan(1000);
}, 180_000);
