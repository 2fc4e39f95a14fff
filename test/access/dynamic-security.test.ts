/**
 * The dynamic security source: its commands answer as Mosquitto's plugin does, its file goes both ways, and roles decide.
 */

import { pbkdf2Sync } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCommands } from '../../src/access/dynamic-security/control.ts';
import { modelText, readModel } from '../../src/access/dynamic-security/file-form.ts';
import { emptyModel, type Model } from '../../src/access/dynamic-security/model.ts';
import { Permissions } from '../../src/access/dynamic-security/permissions.ts';
import { openDynamicSecurity } from '../../src/access/dynamic-security/source.ts';
import { PasswordVerifier } from '../../src/access/passwords/password-checks.ts';
import { dynamicSecurityRows } from '../../src/config/rows/access/dynamic-security.ts';
import type { ClientIdentity } from '../../src/ports/access.ts';
import type { AccessSource } from '../../src/ports/access-source.ts';
import { silentLog } from '../../src/ports/log.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { optionReader } from '../doubles/option-reader.ts';

/** What `mosquitto_ctrl dynsec init` makes, with the password `pw`. */
const initial = {
  clients: [
    {
      username: 'admin',
      textName: 'Dynsec admin user',
      password: hashOf('pw', 'e3cg5D+h87JV5UxD'),
      salt: 'e3cg5D+h87JV5UxD',
      iterations: 101,
      roles: [{ rolename: 'admin' }],
    },
  ],
  roles: [
    {
      rolename: 'admin',
      acls: [
        { acltype: 'publishClientSend', topic: '$CONTROL/dynamic-security/#', allow: true },
        { acltype: 'publishClientReceive', topic: '$CONTROL/dynamic-security/#', allow: true },
        { acltype: 'subscribePattern', topic: '$CONTROL/dynamic-security/#', allow: true },
        { acltype: 'publishClientReceive', topic: '$SYS/#', allow: true },
        { acltype: 'subscribePattern', topic: '$SYS/#', allow: true },
        { acltype: 'publishClientReceive', topic: '#', allow: true },
        { acltype: 'subscribePattern', topic: '#', allow: true },
        { acltype: 'unsubscribePattern', topic: '#', allow: true },
      ],
    },
  ],
  defaultACLAccess: { publishClientSend: false, publishClientReceive: true, subscribe: false, unsubscribe: true },
};

function hashOf(password: string, salt: string): string {
  return pbkdf2Sync(password, Buffer.from(salt, 'base64'), 101, 64, 'sha512').toString('base64');
}

function commanding(model: Model): (payload: string) => { answer: string; ended: (string | undefined)[] } {
  return (payload) => {
    const ended = new Set<string | undefined>();
    const newPassword = (password: string) => ({ hash: hashOf(password, 'AAAA'), salt: 'AAAA', iterations: 101 });
    const { text } = runCommands(Buffer.from(payload), { model, newPassword, ended });
    return { answer: text, ended: [...ended] };
  };
}

function one(command: object): string {
  return JSON.stringify({ commands: [command] });
}

function identity(username: string | undefined, clientId: string = 'c'): ClientIdentity {
  const peer = {
    address: '10.0.0.1',
    port: 1,
    localAddress: '',
    localPort: 0,
    listener: 'x',
    transport: 'tcp',
  } as const;
  return { clientId, username, peer, version: 5 };
}

describe('commands', () => {
  const lines = readFileSync(new URL('dynamic-security-answers.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .slice(1);

  it('answer as the plugin of Mosquitto does, one after another', () => {
    const command = commanding(readModel(JSON.stringify(initial), 'f'));
    expect(lines.length).toBeGreaterThan(300);
    for (let index = 0; index < lines.length; index += 2) {
      const given = lines[index] ?? '';
      expect(`${given}\n${command(given).answer}`).toBe(`${given}\n${lines[index + 1]}`);
    }
  });

  it('are forbidden on the group of anonymous clients where it would go', () => {
    const command = commanding(emptyModel());
    command(one({ command: 'createGroup', groupname: 'g' }));
    command(one({ command: 'setAnonymousGroup', groupname: 'g' }));
    expect(command(one({ command: 'deleteGroup', groupname: 'g' })).answer).toContain('forbidden');
  });

  it('take names of objects for names', () => {
    const command = commanding(emptyModel());
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect(command(one({ command: 'getRole', rolename: name })).answer).toContain('Role not found');
      expect(command(one({ command: name })).answer).toContain('Unknown command');
      expect(command(one({ command: 'createRole', rolename: name })).answer).not.toContain('error');
    }
    expect(command('{"commands":[{"__proto__":{"command":"listRoles"}}]}').answer).toContain('Missing command');
  });

  it('end the connections of whom they concern', () => {
    const command = commanding(readModel(JSON.stringify(initial), 'f'));
    command(one({ command: 'createClient', username: 'ann', password: 'x' }));
    command(one({ command: 'createGroup', groupname: 'g' }));
    expect(command(one({ command: 'addGroupClient', groupname: 'g', username: 'ann' })).ended).toEqual(['ann']);
    expect(command(one({ command: 'addGroupRole', groupname: 'g', rolename: 'admin' })).ended).toEqual(['ann']);
    expect(command(one({ command: 'disableClient', username: 'ann' })).ended).toEqual(['ann']);
    expect(command(one({ command: 'setAnonymousGroup', groupname: 'g' })).ended).toEqual([undefined]);
    expect(command(one({ command: 'listClients' })).ended).toEqual([]);
  });
});

describe('the file', () => {
  it('is the same after it was read and written', () => {
    const model = readModel(JSON.stringify(initial), 'f');
    const command = commanding(model);
    command(one({ command: 'createGroup', groupname: 'g', roles: [{ rolename: 'admin', priority: 3 }] }));
    command(one({ command: 'createClient', username: 'b', clientid: 'x', groups: [{ groupname: 'g', priority: 2 }] }));
    command(one({ command: 'setAnonymousGroup', groupname: 'g' }));
    const text = modelText(model);
    expect(modelText(readModel(text, 'f'))).toBe(text);
  });

  it.each([
    ['nonsense', 'it is no JSON'],
    ['[]', 'it holds no object'],
    ['{"roles":[{}]}', 'a role has no rolename'],
    ['{"clients":[{}]}', 'a client has no username'],
    ['{"clients":[{"username":"a","password":"xx","salt":"yy","iterations":1}]}', 'no PBKDF2 hash of 64 bytes'],
    ['{"anonymousGroup":"g"}', 'is no group of it'],
  ])('is refused where it cannot be understood: %s', (text, said) => {
    expect(() => readModel(text, 'file.json')).toThrow(said);
  });
});

describe('roles', () => {
  const roles = [
    {
      rolename: 'low',
      acls: [
        { acltype: 'publishClientSend', topic: 'a/#', allow: true },
        { acltype: 'publishClientSend', topic: 'a/b', allow: false, priority: 5 },
        { acltype: 'subscribePattern', topic: 'a/+', allow: true },
        { acltype: 'subscribeLiteral', topic: '#', allow: true },
        { acltype: 'publishClientReceive', topic: 'own/%c/%u', allow: true },
        { acltype: 'publishClientReceive', topic: 'own/#', allow: false, priority: -5 },
      ],
    },
    { rolename: 'high', acls: [{ acltype: 'publishClientSend', topic: 'a/b', allow: true }] },
  ];
  const model = readModel(
    JSON.stringify({
      roles,
      groups: [{ groupname: 'g', roles: [{ rolename: 'high' }], clients: [{ username: 'grouped' }] }],
      clients: [
        { username: 'low', roles: [{ rolename: 'low' }] },
        {
          username: 'both',
          roles: [
            { rolename: 'low', priority: 1 },
            { rolename: 'high', priority: 2 },
          ],
        },
        { username: 'grouped', roles: [{ rolename: 'low' }] },
      ],
      anonymousGroup: 'g',
    }),
    'f',
  );
  const permissions = new Permissions(model);
  const decide = (username: string | undefined, action: 'publish' | 'subscribe' | 'receive', topic: string): boolean =>
    permissions.decide(identity(username), { action, topic, qos: 0, retain: false });

  it.each([
    ['low', 'publish', 'a/c', true],
    ['low', 'publish', 'a/b', false],
    ['both', 'publish', 'a/b', true],
    ['grouped', 'publish', 'a/b', false],
    ['low', 'publish', 'c', false],
    [undefined, 'publish', 'a/b', true],
    [undefined, 'publish', 'a/c', false],
    ['stranger', 'receive', 'x', false],
    ['low', 'subscribe', 'a/+', true],
    ['low', 'subscribe', 'a/#', false],
    ['low', 'subscribe', '#', true],
    ['low', 'subscribe', '+', false],
    ['low', 'receive', 'own/c/low', true],
    ['low', 'receive', 'own/d/low', false],
    ['low', 'receive', 'anything', true],
    ['low', 'receive', '$CONTROL/dynamic-security/v1/response', false],
  ] as const)('%s may %s %s: %s', (username, action, topic, may) => {
    expect(decide(username, action, topic)).toBe(may);
  });
});

describe('the source', () => {
  async function opened() {
    const folder = mkdtempSync(join(tmpdir(), 'dynsec-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'd.json');
    writeFileSync(file, JSON.stringify(initial), { mode: 0o644 });
    let changes = 0;
    let spent = 0;
    const ended: string[] = [];
    const clock = new FakeClock();
    const options = { concurrentMax: 2, waitingMax: 10, rememberedSeconds: 0, rememberedMax: 1 };
    const passwords = new PasswordVerifier({ clock, ...options });
    const verifyUnknown = passwords.verifyUnknown.bind(passwords);
    passwords.verifyUnknown = (...asked) => {
      spent++;
      return verifyUnknown(...asked);
    };
    const source: AccessSource = await openDynamicSecurity(
      'd',
      optionReader(dynamicSecurityRows, 'dynamic_security', { file }),
      {
        log: silentLog,
        clock,
        random: new SeededRandom(7),
        passwords,
        store: undefined as never,
        rulesChanged: () => {
          changes++;
        },
        endConnections: (_kind, name) => ended.push(name),
      },
    );
    return { source, file, folder, changes: () => changes, ended: () => [...ended].sort(), spent: () => spent };
  }

  async function login(
    source: AccessSource,
    username: string | undefined,
    password: string | undefined,
  ): Promise<string> {
    const answer = await source.authenticator?.authenticate({
      ...identity(username),
      password: password === undefined ? undefined : Buffer.from(password),
      anonymous: 'deny',
    });
    return answer?.outcome ?? 'none';
  }

  it('lets in who has the password, and leaves strangers to others', async () => {
    const { source } = await opened();
    expect(await login(source, 'admin', 'pw')).toBe('allow');
    expect(await login(source, 'admin', 'no')).toBe('deny');
    expect(await login(source, 'ann', 'pw')).toBe('ignore');
    // With allow_anonymous it would otherwise have the rights of that name.
    expect(await login(source, 'admin', undefined)).toBe('deny');
    expect(await login(source, 'ann', undefined)).toBe('ignore');
    expect(await login(source, undefined, undefined)).toBe('ignore');
  });

  it('changes by commands, at once and for the next start, in a file for its owner alone', async () => {
    const { source, file, folder, changes } = await opened();
    const answer = await source.control!.handle(
      Buffer.from(
        JSON.stringify({
          commands: [
            { command: 'createClient', username: 'ann', password: 'secret', roles: [{ rolename: 'admin' }] },
            { command: 'createClient', username: 'bob', password: 'x', clientid: 'only-this' },
          ],
        }),
      ),
    );
    expect(answer.text).toBe('{"responses":[{"command":"createClient"},{"command":"createClient"}]}');
    expect(changes()).toBe(1);
    expect(await login(source, 'ann', 'secret')).toBe('allow');
    expect(await login(source, 'bob', 'x')).toBe('deny');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['d.json']);
    await source.control!.handle(Buffer.from(one({ command: 'disableClient', username: 'ann' })));
    expect(await login(source, 'ann', 'secret')).toBe('deny');
    await source.reload!();
    expect(await login(source, 'ann', 'secret')).toBe('deny');
    expect(readFileSync(file, 'utf8')).not.toContain('secret');
  });

  it('ends the connections of those whom a reload does not let in any more, and of nobody else', async () => {
    const { source, file, ended } = await opened();
    const create = (username: string) => ({ command: 'createClient', username, password: 'x', clientid: username });
    const commands = ['ann', 'bob', 'cora', 'dan', 'eve'].map(create);
    await source.control!.handle(Buffer.from(JSON.stringify({ commands })));
    const text = JSON.parse(readFileSync(file, 'utf8')) as { clients: Record<string, unknown>[] };
    const clientOf = (name: string) => text.clients.find(({ username }) => username === name)!;
    clientOf('ann')['disabled'] = true;
    clientOf('bob')['clientid'] = 'other';
    clientOf('cora')['password'] = clientOf('dan')['password'];
    clientOf('dan')['textname'] = 'Dan';
    text.clients = text.clients.filter(({ username }) => username !== 'eve');
    writeFileSync(file, JSON.stringify(text));
    await source.reload!();
    expect(ended()).toEqual(['ann', 'bob', 'cora', 'eve']);
  });

  it('spends as much on strangers and those who are shut out as on a wrong password', async () => {
    const { source, spent } = await opened();
    const create = { command: 'createClient', username: 'ann', password: 'x' };
    const commands = [create, { command: 'disableClient', username: 'ann' }];
    await source.control!.handle(Buffer.from(JSON.stringify({ commands })));
    for (const [username, outcome] of [
      ['nobody', 'ignore'],
      ['ann', 'deny'],
    ] as const) {
      const before = spent();
      expect(await login(source, username, 'x')).toBe(outcome);
      expect(spent()).toBe(before + 1);
    }
  });

  it('keeps what it had when a reload finds a broken file', async () => {
    const { source, file } = await opened();
    writeFileSync(file, '{');
    await expect(source.reload!()).rejects.toMatchObject({ code: 'DYNAMIC_SECURITY_INVALID' });
    expect(await login(source, 'admin', 'pw')).toBe('allow');
  });
});
