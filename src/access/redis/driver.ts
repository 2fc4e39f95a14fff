/**
 * The driver behind three verbs. It is an optional dependency and loaded when it is needed. It never queues a command
 * for a server that is not there and never sends one twice: whoever asks is told at once and decides.
 */

import type { Cluster, ClusterOptions, Redis, RedisOptions } from 'ioredis';
import type { TlsSettings } from '../remote/tls-files.ts';
import { parseServer } from '../sql/server-address.ts';

export interface RedisSettings {
  readonly mode: 'single' | 'sentinel' | 'cluster';
  readonly servers: readonly string[];
  readonly sentinel: string | undefined;
  readonly sentinelPassword: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
  readonly tls: TlsSettings | undefined;
  readonly connectSecondsMax: number;
  readonly querySecondsMax: number;
}

/** One client of the driver, connected or on its way. */
export type Client = Redis | Cluster;

/** Makes a client that connects at once. `pauseMs` gives the time before the n-th further attempt, from 1. */
export type MakeClient = (settings: RedisSettings, pauseMs: (attempt: number) => number) => Client;

/** Without what changes the types of answers. */
type Options = Omit<RedisOptions, 'replyMapping'>;

const DEFAULT_PORT = 6379;
const SENTINEL_PORT = 26_379;
/** After the time for an answer, so that whoever asked hears of the time and not of the connection. */
const SILENCE_MARGIN_MS = 500;

/** What is wrong with the addresses, or undefined. */
export function addressProblem({ mode, servers, sentinel, database, tls }: RedisSettings): string | undefined {
  if (servers.length === 0) return 'redis.server is empty';
  for (const text of servers) {
    const server = parseServer(text, DEFAULT_PORT);
    if (server === undefined) return 'redis.server: each must be a port, a host, host:port or a Unix socket';
    if (!('path' in server)) continue;
    if (mode !== 'single') return `redis.server: a Unix socket cannot be of the mode ${mode}`;
    if (tls !== undefined) return 'redis.server: a Unix socket does not speak TLS; set redis.ssl to false';
  }
  if (mode === 'single' && servers.length > 1) return 'redis.server: the mode single has one server';
  if (mode === 'sentinel' && (sentinel ?? '') === '') return 'redis.sentinel is not set';
  if (mode === 'cluster' && database !== 0) return 'redis.database: a Redis Cluster has only 0';
  return undefined;
}

/** Rejects when the driver is not installed. */
export async function loadDriver(): Promise<MakeClient> {
  const { Redis: RedisClient, Cluster: ClusterClient } = await import('ioredis');
  return (settings, pauseMs) => {
    const common = commonOptions(settings);
    if (settings.mode === 'cluster') {
      return new ClusterClient(endpoints(settings, DEFAULT_PORT), clusterOptions(settings, common, pauseMs));
    }
    const single: Options = { ...common, enableOfflineQueue: false, retryStrategy: pauseMs };
    if (settings.mode === 'sentinel') {
      return new RedisClient({ ...single, ...sentinelOptions(settings, pauseMs) });
    }
    const server = parseServer(settings.servers[0] ?? '', DEFAULT_PORT) ?? { host: '', port: DEFAULT_PORT };
    return new RedisClient({ ...single, ...server });
  };
}

function commonOptions(settings: RedisSettings): Options {
  const { username, password, database, tls, connectSecondsMax, querySecondsMax } = settings;
  return {
    ...(username !== undefined && username !== '' && { username }),
    ...(password !== undefined && { password }),
    db: database,
    // Servers older than Redis 6 know nothing else.
    protocol: 2,
    disableClientInfo: true,
    enableReadyCheck: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: connectSecondsMax * 1000,
    // A server that has stopped talking must not take further questions with it.
    socketTimeout: querySecondsMax * 1000 + SILENCE_MARGIN_MS,
    ...(tls !== undefined && { tls }),
  };
}

function sentinelOptions(settings: RedisSettings, pauseMs: (attempt: number) => number): Options {
  const { sentinelPassword, tls, sentinel, connectSecondsMax } = settings;
  return {
    sentinels: endpoints(settings, SENTINEL_PORT),
    name: sentinel ?? '',
    sentinelRetryStrategy: pauseMs,
    // One that does not answer must not keep the others from being asked.
    sentinelCommandTimeout: connectSecondsMax * 1000,
    ...(sentinelPassword !== undefined && { sentinelPassword }),
    ...(tls !== undefined && { enableTLSForSentinelMode: true, sentinelTLS: tls }),
  };
}

function clusterOptions(
  settings: RedisSettings,
  redisOptions: Options,
  pauseMs: (attempt: number) => number,
): Omit<ClusterOptions, 'redisOptions'> & { redisOptions: Options } {
  return {
    redisOptions,
    // A node is connected to by the first command for it, which waits that long.
    enableOfflineQueue: true,
    enableReadyCheck: false,
    clusterRetryStrategy: pauseMs,
    slotsRefreshTimeout: settings.connectSecondsMax * 1000,
    // A master that moved is found again within this time.
    slotsRefreshInterval: 10_000,
  };
}

function endpoints({ servers }: RedisSettings, defaultPort: number): { host: string; port: number }[] {
  return servers.flatMap((text) => {
    const server = parseServer(text, defaultPort);
    return server === undefined || 'path' in server ? [] : [server];
  });
}
