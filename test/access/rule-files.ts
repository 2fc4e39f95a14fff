/** Sources of rules from files, opened as the broker opens them, and clients to ask them about. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openAclConf } from '../../src/access/acl-conf/source.ts';
import { openAclFile } from '../../src/access/acl-file/source.ts';
import { aclConfRows } from '../../src/config/rows/access/acl-conf.ts';
import { aclFileRows } from '../../src/config/rows/access/acl-file.ts';
import type { Action, ClientIdentity, ExplainedPermission, Permission } from '../../src/ports/access.ts';
import type { AccessSource, SourceDependencies } from '../../src/ports/access-source.ts';
import { silentLog } from '../../src/ports/log.ts';
import type { OptionValue } from '../../src/ports/option.ts';
import type { PasswordChecks } from '../../src/ports/password-checks.ts';
import { SystemClock } from '../../src/std/system-clock.ts';
import { SystemRandom } from '../../src/std/system-random.ts';
import { MemoryStore } from '../../src/stores/memory.ts';
import { optionReader } from '../doubles/option-reader.ts';

export interface Who {
  readonly clientId?: string;
  readonly username?: string | undefined;
  readonly address?: string;
}

export function clientOf({ clientId = 'c', username, address = '192.0.2.1' }: Who = {}): ClientIdentity {
  const peer = {
    address,
    port: 1,
    localAddress: '127.0.0.1',
    localPort: 1883,
    listener: 'mqtt',
    transport: 'tcp',
  } as const;
  return { clientId, username, peer, version: 5 };
}

export interface OpenedRules {
  readonly source: AccessSource;
  readonly file: string;
  /** How often it told that rules have changed. */
  readonly changes: { count: number };
  write(text: string | Buffer): void;
  ask(who: Who, action: Action, topic: string): Permission;
  explain(who: Who, action: Action, topic: string): ExplainedPermission;
}

const kinds = {
  acl_conf: { open: openAclConf, rows: aclConfRows, file: 'acl.conf' },
  acl_file: { open: openAclFile, rows: aclFileRows, file: 'acl' },
} as const;

/** A source of the rules in `text`, which stand in a file of a folder that is removed at the end of the test. */
export async function openRules(
  kind: keyof typeof kinds,
  text: string | Buffer,
  options: Record<string, OptionValue> = {},
): Promise<OpenedRules> {
  const folder = mkdtempSync(join(tmpdir(), 'rules-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { open, rows, file: name } = kinds[kind];
  const file = join(folder, name);
  writeFileSync(file, text);
  const changes = { count: 0 };
  const reader = optionReader(rows, `${kind}.`, { [`${kind}.file`]: file, ...options });
  const source = await open(
    'rules',
    reader,
    dependencies(() => changes.count++),
  );
  const authorizer = source.authorizer!;
  const request = (action: Action, topic: string) => ({ action, topic, qos: 0, retain: false }) as const;
  return {
    source,
    file,
    changes,
    write: (next) => writeFileSync(file, next),
    ask: (who, action, topic) => authorizer.authorize(clientOf(who), request(action, topic)) as Permission,
    explain: (who, action, topic) => authorizer.explain!(clientOf(who), request(action, topic)) as ExplainedPermission,
  };
}

export function dependencies(rulesChanged: () => void = () => {}): SourceDependencies {
  const passwords: PasswordChecks = { verify: () => false, verifyUnknown: () => false };
  return {
    log: silentLog,
    clock: new SystemClock(),
    random: new SystemRandom(),
    passwords,
    store: new MemoryStore(),
    rulesChanged,
  };
}
