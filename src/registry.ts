/** What is loaded when the configuration asks for it: one line for each engine, so that nobody pays for the others. */

import { join } from 'node:path';
import type { EffectiveDurability } from './cli/program.ts';
import { openStore } from './open-store.ts';
import type { OpenAccessSource } from './ports/access-source.ts';
import type { Log } from './ports/log.ts';
import type { Store } from './ports/store.ts';

type OpenStore = (folder: string, windowMs: number, log: Log) => Promise<Store>;

/** Stores by `durability.mode`. */
export const stores: Readonly<Record<EffectiveDurability['mode'], OpenStore>> = {
  strict: (folder, _windowMs, log) => openStore(folder, { durability: 'strict', log }),
  relaxed: (folder, windowMs, log) => openStore(folder, { durability: 'relaxed', windowMs, log }),
  memory: async () => new (await import('./stores/memory.ts')).MemoryStore(),
};

/** Kinds of access sources by their names in the configuration. */
export const accessSources: Readonly<Record<string, () => Promise<OpenAccessSource>>> = {
  builtin: async () => (await import('./access/builtin/source.ts')).openBuiltin,
  password_file: async () => (await import('./access/password-file/source.ts')).openPasswordFile,
  acl_conf: async () => (await import('./access/acl-conf/source.ts')).openAclConf,
  acl_file: async () => (await import('./access/acl-file/source.ts')).openAclFile,
  postgresql: async () => (await import('./access/postgresql/open-postgresql.ts')).openPostgresql,
  mysql: async () => (await import('./access/mysql/open-mysql.ts')).openMysql,
  redis: async () => (await import('./access/redis/open-redis.ts')).openRedis,
  http: async () => (await import('./access/http/open-http.ts')).openHttp,
  jwt: async () => (await import('./access/jwt/open-jwt.ts')).openJwt,
  x509: async () => (await import('./access/x509/source.ts')).openX509,
  dynamic_security: async () => (await import('./access/dynamic-security/source.ts')).openDynamicSecurity,
  psk: async () => (await import('./access/psk/source.ts')).openPsk,
};

/** Where the store lies in the folder of the data. */
export function storeFolder(dataDirectory: string): string {
  return join(dataDirectory, 'store');
}
