/**
 * The two mosquitto.conf files of lessons, word for word but for where their folders are, started and talked to with
 * Mosquitto's own clients; and what those clients see of the dialect that no other test sees.
 */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RunningBroker } from '../../src/cli/program.ts';
import { loadSettings } from '../../src/config/load.ts';
import { ensureCertificates } from '../../src/listeners/certificates.ts';
import { silentLog } from '../../src/ports/log.ts';
import { startBroker } from '../../src/start-broker.ts';
import { mosquittoPub, mosquittoPubStarted, mosquittoSub } from '../clients/mosquitto.ts';
import { lacks, needing, pathOf, RunningProgram } from '../clients/programs.ts';
import { folder, until } from '../listeners/listening.ts';
import { freePort } from './free-port.ts';

interface Started {
  readonly port: number;
  readonly broker: RunningBroker;
  close(): Promise<void>;
}

/** Starts a broker with a mosquitto.conf whose folders lie below `place`. @param ports of `-p` */
async function start(text: string, place: string, ports: readonly number[] = []): Promise<Started> {
  const file = join(place, 'mosquitto.conf');
  writeFileSync(file, text.replace(/(?<= )\/(?=etc|var)/g, `${place}/`));
  const environment = { HOOPOE_DATA_DIR: join(place, 'data') };
  const machine = { platform: 'linux', environment, homeDirectory: place, workingDirectory: place, root: false };
  const loaded = await loadSettings({ file, flags: [], ports, machine, dialect: 'mosquitto' });
  mkdirSync(loaded.dataDirectory, { recursive: true });
  const broker = await startBroker(loaded, silentLog);
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    await broker.close();
  };
  onTestFinished(close);
  return { port: Number(/:(\d+)/.exec(broker.listeners[0]?.urls[0] ?? '')?.[1]), broker, close };
}

/** A folder with those that the files name. */
function machine(): string {
  const place = folder();
  for (const name of ['etc/mosquitto/conf.d', 'var/lib/mosquitto', 'var/log/mosquitto', 'var/run']) {
    mkdirSync(join(place, name), { recursive: true });
  }
  return place;
}

const textOf = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

/** What `mosquitto_pub` says and ends with when it is refused. */
async function refusal(port: number, ...args: readonly string[]): Promise<string> {
  const program = mosquittoPubStarted(port, '-t', 'test', '-m', 'hello world', ...args);
  return `${await program.end()}: ${program.errors.trim()}`;
}

async function retained(port: number, ...args: readonly string[]): Promise<string> {
  const program = mosquittoSub(port, '-t', 'kept', '-C', '1', '-W', '1', ...args);
  await program.end();
  return program.text.trim();
}

describe.skipIf(lacks('mosquitto-clients'))(needing('mosquitto-clients', 'the files of the lessons'), () => {
  it('the complete file of the notes works as it is printed', async () => {
    const place = machine();
    const port = await freePort();
    const { broker } = await start(textOf('mosquitto-notes.conf'), place, [port]);
    expect(broker.listeners[0]?.urls.join(' ')).toContain(`127.0.0.1:${port}`);
    const subscriber = mosquittoSub(port, '-t', 'mqtt', '-v', '-C', '1', '--id', 'sub');
    for (let tries = 0; tries < 50 && subscriber.ended === undefined; tries++) {
      await mosquittoPub(port, '-t', 'mqtt', '-m', 'Hello MQTT');
    }
    await subscriber.end();
    expect(subscriber.text).toBe('mqtt Hello MQTT\n');
  });

  it('the lesson of the password file: refused without, let in with', async () => {
    const place = machine();
    const passwd = join(place, 'etc/mosquitto/passwd');
    await new RunningProgram(pathOf('mosquitto_passwd') ?? '', ['-c', '-b', passwd, 'sammy', 'secret']).end();
    writeFileSync(join(place, 'etc/mosquitto/conf.d/default.conf'), `allow_anonymous false\npassword_file ${passwd}\n`);
    const port = await freePort();
    await start(textOf('mosquitto-stock.conf'), place, [port]);
    // Some versions of the client say "Connection error: " before it.
    const text = /^5: (Connection error: )?Connection Refused: not authorised\.\nError: The connection was refused\.$/;
    expect(await refusal(port)).toMatch(text);
    expect(await refusal(port, '-u', 'sammy', '-P', 'wrong')).toMatch(text);
    expect(await refusal(port, '-u', 'sam', '-P', 'secret')).toMatch(text);
    await mosquittoPub(port, '-t', 'test', '-m', 'hello world', '-u', 'sammy', '-P', 'secret');
  });

  it('the database is at its place after a stop, and without it the broker is empty', async () => {
    const place = machine();
    const [port, database] = [await freePort(), join(place, 'var/lib/mosquitto/mosquitto.db')];
    const first = await start(textOf('mosquitto-stock.conf'), place, [port]);
    await mosquittoPub(port, '-t', 'kept', '-m', 'it', '-r', '-q', '1');
    expect(existsSync(database)).toBe(false);
    await first.close();
    expect(existsSync(database)).toBe(true);
    const second = await start(textOf('mosquitto-stock.conf'), place, [port]);
    expect(await retained(port)).toBe('it');
    await second.close();
    rmSync(database);
    await start(textOf('mosquitto-stock.conf'), place, [port]);
    expect(await retained(port)).toBe('');
  });

  it('an acl_file lets nobody write where it says nothing, and tells nobody', async () => {
    const place = machine();
    writeFileSync(join(place, 'acl'), 'topic read open/#\nuser ann\ntopic write open/#\n');
    const port = await freePort();
    await start(`listener ${port} 127.0.0.1\nallow_anonymous true\nacl_file acl\n`, place);
    const subscriber = mosquittoSub(port, '-t', '#', '-v', '-C', '1');
    // Denied and acknowledged: the sender learns nothing.
    await mosquittoPub(port, '-t', 'open/a', '-m', 'no', '-q', '1');
    await mosquittoPub(port, '-t', 'closed', '-m', 'no', '-q', '1', '-u', 'ann', '-P', 'x');
    for (let tries = 0; tries < 50 && subscriber.ended === undefined; tries++) {
      await mosquittoPub(port, '-t', 'open/a', '-m', 'yes', '-q', '1', '-u', 'ann', '-P', 'x');
    }
    await subscriber.end();
    expect(subscriber.text).toBe('open/a yes\n');
  });
});

describe('tls_version tlsv1.1', () => {
  it('lets in who knows nothing newer, and nobody older or without it', async () => {
    const place = machine();
    const { cert, key } = await ensureCertificates(place, Date.now());
    writeFileSync(join(place, 'c.pem'), cert);
    writeFileSync(join(place, 'k.pem'), key);
    const port = await freePort();
    const text = `listener ${port} 127.0.0.1\ncertfile c.pem\nkeyfile k.pem\n`;
    const spoken = (version: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2'): Promise<string | null> =>
      new Promise((resolve) => {
        const ciphers = 'DEFAULT:@SECLEVEL=0';
        const versions = { minVersion: version, maxVersion: version };
        const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ciphers, ...versions });
        socket.once('secureConnect', () => {
          resolve(socket.getProtocol());
          socket.destroy();
        });
        socket.once('error', () => resolve(null));
      });
    const old = await start(`${text}tls_version tlsv1.1\n`, place);
    expect([await spoken('TLSv1'), await spoken('TLSv1.1'), await spoken('TLSv1.2')]).toEqual([
      null,
      'TLSv1.1',
      'TLSv1.2',
    ]);
    await old.close();
    await start(text, place);
    expect([await spoken('TLSv1.1'), await spoken('TLSv1.2')]).toEqual([null, 'TLSv1.2']);
  });
});

describe('dynamic security', () => {
  it('lets those in that commands have made, and nobody hears the commands', async () => {
    const place = machine();
    const acls = [
      { acltype: 'publishClientSend', topic: '$CONTROL/dynamic-security/#', allow: true },
      { acltype: 'subscribePattern', topic: '#', allow: true },
      { acltype: 'subscribePattern', topic: '$CONTROL/#', allow: true },
      { acltype: 'publishClientReceive', topic: '$CONTROL/dynamic-security/#', allow: true },
    ];
    const roles = [{ rolename: 'all', acls }];
    writeFileSync(
      join(place, 'd.json'),
      JSON.stringify({
        roles,
        groups: [{ groupname: 'g', roles: [{ rolename: 'all' }] }],
        anonymousGroup: 'g',
        clients: [],
      }),
    );
    const port = await freePort();
    await start(
      `listener ${port} 127.0.0.1\nallow_anonymous true\nplugin /x/mosquitto_dynamic_security.so\nplugin_opt_config_file d.json\n`,
      place,
    );
    const mqtt = await import('mqtt');
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 });
    onTestFinished(() => client.endAsync(true));
    const heard: string[] = [];
    client.on('message', (topic, payload) => heard.push(`${topic} ${payload.toString()}`));
    await client.subscribeAsync('$CONTROL/#');
    const commands = [{ command: 'createClient', username: 'ann', password: 'pw', roles: [{ rolename: 'all' }] }];
    await client.publishAsync('$CONTROL/dynamic-security/v1', JSON.stringify({ commands }), { qos: 1, retain: true });
    await until(() => heard.length > 0, 'an answer', 10_000);
    expect(heard).toEqual(['$CONTROL/dynamic-security/v1/response {"responses":[{"command":"createClient"}]}']);
    const ann = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
      username: 'ann',
      password: 'pw',
      reconnectPeriod: 0,
      protocolVersion: 5,
    });
    onTestFinished(() => ann.endAsync(true));
    const reasons: (number | undefined)[] = [];
    ann.on('disconnect', ({ reasonCode }) => reasons.push(reasonCode));
    const disable = { commands: [{ command: 'disableClient', username: 'ann' }] };
    await client.publishAsync('$CONTROL/dynamic-security/v1', JSON.stringify(disable));
    await until(() => reasons.length > 0, 'the end of the connection', 10_000);
    expect(reasons).toEqual([0x98]);
  });
});

describe.skipIf(lacks('mosquitto'))(needing('mosquitto', 'a connection section'), () => {
  it('is a bridge to a broker that is a Mosquitto', async () => {
    const place = machine();
    const [theirs, ours] = [await freePort(), await freePort()];
    writeFileSync(join(place, 'theirs.conf'), `listener ${theirs} 127.0.0.1\nallow_anonymous true\n`);
    const program = new RunningProgram(pathOf('mosquitto') ?? '', ['-c', join(place, 'theirs.conf')]);
    await until(() => program.errors.includes('running'), 'Mosquitto runs', 10_000);
    const bridge = `connection Site 1\naddress 127.0.0.1:${theirs}\ntopic a/# both 1 here/ there/\nremote_clientid hoopoe-1\n`;
    await start(`listener ${ours} 127.0.0.1\nallow_anonymous true\n${bridge}`, place);
    await until(() => program.errors.includes('as hoopoe-1'), 'the bridge is connected', 10_000);
    const there = mosquittoSub(theirs, '-t', 'there/#', '-v', '-C', '1');
    for (let tries = 0; tries < 50 && there.ended === undefined; tries++) {
      await mosquittoPub(ours, '-t', 'here/a/b', '-m', 'out', '-q', '1');
    }
    await there.end();
    expect(there.text).toBe('there/a/b out\n');
    const here = mosquittoSub(ours, '-t', 'here/a/c', '-v', '-C', '1');
    for (let tries = 0; tries < 50 && here.ended === undefined; tries++) {
      await mosquittoPub(theirs, '-t', 'there/a/c', '-m', 'in', '-q', '1');
    }
    await here.end();
    expect(here.text).toBe('here/a/c in\n');
  });
});

describe.skipIf(lacks('mosquitto'))(needing('mosquitto', 'CONNACK'), () => {
  /** CONNECT of MQTT 5 with the Client Identifier `c`, and the first packet that comes back, both in hexadecimal. */
  async function connack(port: number, connect: string): Promise<string> {
    return await new Promise((resolve, reject) => {
      const socket = createConnection(port, '127.0.0.1', () => socket.write(Buffer.from(connect, 'hex')));
      socket.once('data', (data) => {
        resolve(data.toString('hex'));
        socket.destroy();
      });
      socket.once('error', reject);
      socket.once('close', () => resolve('closed'));
    });
  }

  it.each([
    ['no options', ''],
    ['limits', 'max_packet_size 5000\nmax_inflight_messages 7\nretain_available false\n'],
    ['no topic aliases and QoS 1', 'max_topic_alias 0\nmax_qos 1\n'],
  ])('is the same, byte for byte, with %s', async (_what, options) => {
    const place = machine();
    const [theirs, ours] = [await freePort(), await freePort()];
    const text = (port: number): string => `listener ${port} 127.0.0.1\nallow_anonymous true\n${options}`;
    writeFileSync(join(place, 'theirs.conf'), text(theirs));
    const program = new RunningProgram(pathOf('mosquitto') ?? '', ['-c', join(place, 'theirs.conf')]);
    await until(() => program.errors.includes('running'), 'Mosquitto runs', 10_000);
    await start(text(ours), place);
    for (const connect of ['100e00044d5154540502003c0000' + '0163', '100d00044d5154540402003c0001' + '63']) {
      expect(await connack(ours, connect)).toBe(await connack(theirs, connect));
    }
  });

  it('begins with the keep alive where that is another one', async () => {
    const port = await freePort();
    await start(`listener ${port} 127.0.0.1\nallow_anonymous true\nmax_keepalive 10\n`, machine());
    expect(await connack(port, '100e00044d5154540502003c00000163')).toBe('200c000009' + '13000a' + '22000a' + '210014');
  });
});
