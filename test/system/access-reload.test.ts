/** Files of rules that are written while clients work: half of one, none, or nonsense never opens a door. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { ensureCertificates } from '../../src/listeners/certificates.ts';
import { connectedJs, jsClient } from '../clients/mqttjs.ts';
import { folder, until } from '../listeners/listening.ts';
import { startHoopoe } from './executable.ts';

const good = {
  acl: 'user ann\ntopic write up/#\n',
  conf: '{deny, all, publish, ["up/secret/#"]}.\n{allow, {user, "ann"}, pubsub, ["up/#"]}.\n{deny, all}.\n',
};

/** What may stand where the rules were. */
const broken: Readonly<Record<string, (file: string) => void>> = {
  nothing: (file) => writeFileSync(file, ''),
  half: (file) => writeFileSync(file, '{deny, all, publ'),
  'no text': (file) => writeFileSync(file, Buffer.from([0xff, 0xfe, 0x00, 0x7b])),
  'no file': (file) => rmSync(file),
  'a folder': (file) => {
    rmSync(file, { force: true });
    mkdirSync(file);
  },
  comments: (file) => writeFileSync(file, '%% {allow, all}.\n# topic readwrite #\n'),
};

/** For what a busy machine does in a minute; how fast it is done is not what is tested. */
const WITHIN_MS = 60_000;

test('rules that cannot be read leave the old ones in place, however many clients ask meanwhile', async () => {
  const path = folder();
  const conf = join(path, 'acl.conf');
  const acl = join(path, 'acl');
  writeFileSync(conf, good.conf);
  writeFileSync(acl, good.acl);
  const yaml = `
listeners: { tcp: { host: 127.0.0.1, port: 0 } }
management: { enabled: false }
access:
  users: { builtin: { bootstrap_users: "ann:secret", scram: false } }
  rules: { acl_conf: { file: ${conf} } }
  more: { acl_file: { file: ${acl} } }
`;
  const { ports, program } = await startHoopoe([], { yaml });
  const url = `mqtt://127.0.0.1:${ports.get('tcp')}`;
  const counts = { allowed: 0, denied: 0, wrong: 0, refused: 0, in: 0 };
  let isOver = false;
  onTestFinished(() => {
    isOver = true;
  });
  const codeOf = async (client: Awaited<ReturnType<typeof connectedJs>>, topic: string): Promise<number> =>
    client.client.publishAsync(topic, 'x', { qos: 1 }).then(
      () => 0,
      (error: { code: number }) => error.code,
    );
  const lane = async (clientId: string): Promise<void> => {
    const login = { username: 'ann', password: 'secret', protocolVersion: 5 as const, clientId };
    const client = await connectedJs(url, login);
    while (!isOver) {
      const codes = [await codeOf(client, 'up/a'), await codeOf(client, 'up/secret/a'), await codeOf(client, 'other')];
      if (codes[0] === 0 && codes[1] === 0x87 && codes[2] === 0x87) {
        counts.allowed++;
        counts.denied += 2;
      } else counts.wrong++;
    }
  };
  const lanes = Promise.all(['a', 'b', 'c', 'd'].map(lane));
  const stranger = async (): Promise<void> => {
    while (!isOver) {
      const client = jsClient(url, { username: 'ann', password: 'wrong' });
      await until(() => client.errors.length > 0 || client.sessionsPresent.length > 0, 'an answer', WITHIN_MS);
      if (client.errors.length > 0) counts.refused++;
      else counts.in++;
    }
  };
  const strangers = stranger();

  const refusals = (): number => program.errors.split('keeps what it had').length;
  for (const write of Object.values(broken)) {
    for (const file of [conf, acl]) {
      write(file);
      const earlier = refusals();
      program.kill('SIGHUP');
      await until(() => refusals() > earlier, `reload ${earlier}`, WITHIN_MS);
      const before = counts.allowed;
      await until(() => counts.allowed >= before + 20, 'clients have asked again', WITHIN_MS);
      rmSync(file, { recursive: true, force: true });
      writeFileSync(file, file === conf ? good.conf : good.acl);
    }
  }
  expect(counts.wrong).toBe(0);
  writeFileSync(conf, '{deny, all}.\n');
  program.kill('SIGHUP');
  await until(() => counts.wrong > 0, 'the new rules hold', WITHIN_MS);
  isOver = true;
  await Promise.all([lanes, strangers]);
  expect(counts.in).toBe(0);
  expect(counts.refused).toBeGreaterThan(5);
}, 240_000);

test('a certificate that cannot be read keeps neither rules nor other listeners from being read again', async () => {
  const path = folder();
  const at = (name: string): string => join(path, name);
  const write = async (name: string): Promise<void> => {
    const { cert, key } = await ensureCertificates(folder(), Date.now());
    writeFileSync(at(`${name}.pem`), cert);
    writeFileSync(at(`${name}.key`), key);
  };
  await write('one');
  await write('two');
  writeFileSync(at('acl.conf'), '{allow, all}.\n');
  const tls = (name: string): string =>
    `{ transport: tls, host: 127.0.0.1, port: 0, certificate_file: ${at(`${name}.pem`)}, key_file: ${at(`${name}.key`)} }`;
  const yaml = `
listeners: { plain: { host: 127.0.0.1, port: 0, allow_anonymous: true }, one: ${tls('one')}, two: ${tls('two')} }
management: { enabled: false }
access: { rules: { acl_conf: { file: ${at('acl.conf')} } } }
`;
  const { ports, program } = await startHoopoe([], { yaml });
  const shown = (name: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connectTls({ host: '127.0.0.1', port: ports.get(name)!, rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().fingerprint256);
        socket.destroy();
      });
      socket.on('error', reject);
    });
  const before = [await shown('one'), await shown('two')];
  const client = await connectedJs(`mqtt://127.0.0.1:${ports.get('plain')}`, { protocolVersion: 5 });
  await client.client.publishAsync('a', 'x', { qos: 1 });
  writeFileSync(at('one.pem'), '-----BEGIN CERTIFICATE-----\nMIIB');
  await write('two');
  writeFileSync(at('acl.conf'), '{deny, all}.\n');
  program.kill('SIGHUP');
  await until(() => program.errors.includes('Reloaded;'), 'the reload', 10_000);
  expect(program.errors).toMatch(/stays as it was problem="?listeners\.one keeps the certificates it had: /);
  await expect(client.client.publishAsync('a', 'x', { qos: 1 })).rejects.toMatchObject({ code: 0x87 });
  expect(await shown('one')).toBe(before[0]);
  expect(await shown('two')).not.toBe(before[1]);
});

test('a source that comes or goes in the configuration holds after a reload, and nobody gets in by it', async () => {
  const path = folder();
  const file = join(path, 'hoopoe.yaml');
  const head =
    'listeners: { tcp: { host: 127.0.0.1, port: 0, allow_anonymous: false } }\nmanagement: { enabled: false }\n';
  const users = 'users: { builtin: { bootstrap_users: "ann:secret", scram: false } }';
  writeFileSync(file, `${head}access: { ${users} }\n`);
  const { ports, program } = await startHoopoe(['-c', file]);
  const reload = async (text: string): Promise<void> => {
    const earlier = program.errors.split('Reloaded;').length;
    writeFileSync(file, text);
    program.kill('SIGHUP');
    await until(() => program.errors.split('Reloaded;').length > earlier, 'the reload', WITHIN_MS);
  };
  const url = `mqtt://127.0.0.1:${ports.get('tcp')}`;
  const ann = await connectedJs(url, { username: 'ann', password: 'secret', protocolVersion: 5 });
  await ann.client.publishAsync('a', 'x', { qos: 1 });
  writeFileSync(join(path, 'acl.conf'), '{deny, all}.\n');
  await reload(`${head}access: { ${users}, rules: { acl_conf: { file: acl.conf } } }\n`);
  await expect(ann.client.publishAsync('a', 'x', { qos: 1 })).rejects.toMatchObject({ code: 0x87 });
  await reload(head);
  for (const password of ['wrong', 'secret']) {
    const stranger = jsClient(url, { username: 'ann', password });
    await until(() => stranger.errors.length > 0 || stranger.sessionsPresent.length > 0, 'an answer', WITHIN_MS);
    expect(stranger.sessionsPresent).toEqual([]);
  }
  expect(program.errors).not.toContain('need a restart');
});
