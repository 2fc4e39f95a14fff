/** What pub, sub, rr, bench and names do under our own name and over every kind of connection. */

import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { argumentsByName, linkNames, toolCall } from '../../src/cli/tools/names.ts';
import { folder, until } from '../listeners/listening.ts';
import { root } from '../structure/source-tree.ts';
import { RunningProgram } from './programs.ts';
import { type Serving, serve } from './serving.ts';
import { runTool, startTool } from './tool-runs.ts';

const at = ({ port }: Serving): string[] => ['-h', '127.0.0.1', '-p', String(port)];

describe('pub and sub', () => {
  test('carry bytes as they are', async () => {
    const serving = await serve();
    const bytes = Buffer.from([0, 1, 255, 13, 10, 0, 128]);
    const sub = startTool(['sub', ...at(serving), '-t', 't', '-C', '1', '-N']);
    await serving.subscribed('t');
    expect(await runTool(['pub', ...at(serving), '-t', 't', '-s'], { input: bytes })).toMatchObject({
      code: 0,
      err: '',
    });
    expect((await sub.ended).out).toEqual(bytes);
  });

  test('sends each line, waits for every acknowledgement, and says with --json how many there were', async () => {
    const serving = await serve();
    const lines = Array.from({ length: 200 }, (_, i) => `line ${i}`);
    const sub = startTool(['sub', ...at(serving), '-t', 't', '-q', '2', '-C', '200']);
    await serving.subscribed('t');
    const pub = await runTool(['pub', ...at(serving), '-t', 't', '-q', '2', '-l', '--json'], {
      input: lines.join('\n'),
    });
    expect(JSON.parse(pub.out.toString())).toMatchObject({ topic: 't', qos: 2, published: 200 });
    expect((await sub.ended).out.toString().split('\n').slice(0, -1)).toEqual(lines);
  });

  test.each([
    ['SIGINT', 2, 130],
    ['SIGTERM', 15, 143],
  ])('a pub that waits for more ends at %s as a shell says it', async (_name, signal, code) => {
    const serving = await serve();
    const sub = startTool(['sub', ...at(serving), '-t', 't', '-C', '1']);
    await serving.subscribed('t');
    const pub = startTool(['pub', ...at(serving), '-t', 't', '-q', '1', '-l'], { input: undefined });
    pub.write('one\n');
    expect((await sub.ended).out.toString()).toBe('one\n');
    pub.interrupt(signal);
    expect(await pub.ended).toMatchObject({ code });
  });

  test('--json shows text as text and other bytes as base64', async () => {
    const serving = await serve();
    await serving.broker.publish({ topic: 'a', payload: 'tëxt', retain: true });
    await serving.broker.publish({ topic: 'b', payload: Buffer.from([255, 254]), retain: true });
    const { out } = await runTool(['sub', ...at(serving), '-t', '#', '-C', '2', '--json']);
    const messages = out
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(messages).toMatchObject([
      { topic: 'a', payload: 'tëxt', retain: 1 },
      { topic: 'b', payload_base64: '//4=' },
    ]);
  });

  test('colour topics on a terminal under our own name alone, and no topic moves the cursor', async () => {
    const serving = await serve();
    await serving.broker.publish({ topic: 'a\u001b[2Jb', payload: 'x', retain: true });
    const words = [...at(serving), '-t', '#', '-C', '1', '-v'];
    const shown = async (name: string, environment: Record<string, string> = {}): Promise<string> =>
      (await runTool([name, ...words], { isTerminal: true, environment })).out.toString();
    expect(await shown('sub')).toBe('\u001b[36ma\ufffd[2Jb\u001b[0m x\n');
    expect(await shown('sub', { NO_COLOR: '1' })).not.toContain('\u001b[36m');
    expect(await shown('mosquitto_sub')).not.toContain('\u001b[36m');
  });

  test('sub comes back after the broker was away', async () => {
    const first = await serve();
    const sub = startTool(['sub', ...at(first), '-t', 't', '-C', '1']);
    await first.subscribed('t');
    const sessions = first.broker;
    await sessions.close();
    await until(() => sub.err().includes('connecting again'), 'it says so', 5_000);
    const second = await serve();
    // The port of the first one is free again.
    await second.broker.listen({ host: '127.0.0.1', port: first.port });
    await second.subscribed('t');
    await second.broker.publish({ topic: 't', payload: 'again' });
    expect((await sub.ended).out.toString()).toBe('again\n');
  });

  test('sub ends when it is told to, when it waits too long, and when the broker denies everything', async () => {
    const serving = await serve({ authorize: (_client, { topic }) => topic !== 'denied' });
    const sub = startTool(['sub', ...at(serving), '-t', 't']);
    await serving.subscribed('t');
    sub.interrupt();
    expect((await sub.ended).code).toBe(0);
    expect(await runTool(['sub', ...at(serving), '-t', 't', '-W', '1'])).toMatchObject({
      code: 27,
      err: 'Timed out\n',
    });
    const denied = await runTool(['sub', ...at(serving), '-t', 'denied']);
    expect(denied).toMatchObject({ code: 1, err: 'All subscription requests were denied.\n' });
  });

  test('--remove-retained deletes what comes and spares what -T names', async () => {
    const { broker, ...serving } = await serve();
    for (const topic of ['r/a', 'r/b', 'r/keep']) await broker.publish({ topic, payload: 'x', retain: true, qos: 1 });
    const words = ['-t', 'r/#', '--remove-retained', '-T', 'r/keep', '-C', '2'];
    expect((await runTool(['sub', '-h', '127.0.0.1', '-p', String(serving.port), ...words])).code).toBe(0);
    await until(() => broker.gauges.retainedMessages === 1, 'two are gone');
  });

  test('rr asks and prints the answer', async () => {
    const serving = await serve();
    const { broker } = serving;
    broker.subscribe('ask', (message) => {
      void broker.publish({ topic: message.properties?.responseTopic ?? 'none', payload: `re: ${message.payload}` });
    });
    const answer = await runTool(['rr', ...at(serving), '-t', 'ask', '-e', 'answer', '-m', 'why', '-v', '-W', '5']);
    expect(answer).toMatchObject({ code: 0, err: '' });
    expect(answer.out.toString()).toBe('answer re: why\n');
  });

  test('options stand in a file of the tool’s name', async () => {
    const serving = await serve();
    const home = folder();
    writeFileSync(join(home, 'mosquitto_pub'), `-h 127.0.0.1\n# remark\n-p ${serving.port}\n-t from/file\n`);
    const messages: string[] = [];
    serving.broker.subscribe('from/file', (message) => messages.push(String(message.payload)));
    const environment = { XDG_CONFIG_HOME: home };
    expect((await runTool(['mosquitto_pub', '-m', 'x', '-q', '1'], { environment })).code).toBe(0);
    expect(messages).toEqual(['x']);
  });

  test('help is success under our own name, and names every option', async () => {
    const { code, out } = await runTool(['pub', '--help']);
    expect(code).toBe(0);
    for (const option of ['--json', '--will-topic', '--psk-identity', '-D', '--repeat-delay']) {
      expect(out.toString()).toContain(option);
    }
    expect((await runTool(['mosquitto_pub', '--help'])).code).toBe(1);
    expect((await runTool(['mosquitto_sub', '--help'])).out.toString()).not.toContain('--json');
  });
});

describe('connections', () => {
  test('over TLS: trusted, not trusted, and without saying so', async () => {
    const serving = await serve({ transports: ['tls'] });
    const port = ['-p', String(serving.portOf('tls'))];
    const ca = serving.ca?.file ?? '';
    const message = ['-t', 't', '-m', 'x', '-q', '1'];
    expect(await runTool(['pub', '-h', 'localhost', ...port, '--cafile', ca, ...message])).toMatchObject({
      code: 0,
      err: '',
    });
    const untrusted = await runTool(['pub', '-h', 'localhost', ...port, '--tls-use-os-certs', ...message]);
    expect(untrusted).toMatchObject({
      code: 8,
      err: expect.stringMatching(/^TLS: .*\nError: A TLS error occurred.\n$/s),
    });
    const plain = await runTool(['pub', '-h', 'localhost', ...port, ...message]);
    expect(plain.code).toBe(7);
  });

  test('with a pre-shared key', async () => {
    const { broker } = await serve();
    const key = Buffer.from('00112233', 'hex');
    const { port } = await broker.listen({
      transport: 'tls',
      host: '127.0.0.1',
      port: 0,
      allowAnonymous: true,
      tls: { ciphers: 'PSK+HIGH', maxVersion: 'TLSv1.2', pskKey: (identity) => (identity === 'me' ? key : undefined) },
    });
    const words = ['-h', '127.0.0.1', '-p', String(port), '-t', 't', '-m', 'x', '-q', '1', '--psk-identity', 'me'];
    expect((await runTool(['pub', ...words, '--psk', '00112233'])).code).toBe(0);
    expect((await runTool(['pub', ...words, '--psk', '00112234'])).code).toBe(8);
  });

  test('over a Unix socket', async () => {
    const { broker } = await serve();
    const path = join(folder(), 'socket');
    await broker.listen({ transport: 'unix', path, allowAnonymous: true });
    expect((await runTool(['pub', '--unix', path, '-t', 't', '-m', 'x', '-q', '1'])).code).toBe(0);
  });

  test.each(['', 'user:secret@'])('through a SOCKS5 proxy, login "%s"', async (login) => {
    const serving = await serve();
    const proxy = await socksProxy(login === '' ? undefined : 'user:secret');
    const words = [...at(serving), '-t', 't', '-m', 'x', '-q', '2', '--proxy'];
    expect(await runTool(['pub', ...words, `socks5h://${login}127.0.0.1:${proxy.port}`])).toMatchObject({
      code: 0,
      err: '',
    });
    expect(proxy.asked).toEqual([`127.0.0.1:${serving.port}`]);
    if (login === '') return;
    const refused = await runTool(['pub', ...words, `socks5h://user:wrong@127.0.0.1:${proxy.port}`]);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('Proxy error') });
  });
});

/** Answers in pieces, as a slow proxy does. */
async function socksProxy(login: string | undefined): Promise<{ port: number; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((socket) => {
    const chunks: Buffer[] = [];
    let step = login === undefined ? 'ask' : 'login';
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(Buffer.from([5, login === undefined ? 0 : 2]));
      socket.on('data', (chunk) => {
        chunks.push(chunk);
        const all = Buffer.concat(chunks);
        if (step === 'login') {
          const [name, rest] = [all.subarray(2, 2 + (all[1] ?? 0)), all.subarray(2 + (all[1] ?? 0))];
          const isRight = `${name}:${rest.subarray(1)}` === login;
          chunks.length = 0;
          step = 'ask';
          socket.write(Buffer.from([1, isRight ? 0 : 1]));
        } else if (step === 'ask') {
          const host = all.subarray(5, 5 + (all[4] ?? 0)).toString();
          const port = all.readUInt16BE(5 + (all[4] ?? 0));
          asked.push(`${host}:${port}`);
          step = 'open';
          const target = connect({ host, port }, () => {
            socket.write(Buffer.from([5, 0, 0, 1]));
            setTimeout(() => {
              socket.write(Buffer.from([0, 0, 0, 0, 0, 0]));
              socket.pipe(target).pipe(socket);
            }, 5);
          });
          target.on('error', () => socket.destroy());
        }
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  return { port: (server.address() as { port: number }).port, asked };
}

describe('bench', () => {
  test.each(['conn', 'pub', 'sub'])('%s measures and tells it as JSON', async (kind) => {
    const serving = await serve();
    const words = [
      'bench',
      kind,
      ...at(serving),
      '--clients',
      '5',
      '--time',
      '1',
      '--count',
      '500',
      '-q',
      '1',
      '--json',
      '--quiet',
    ];
    const { code, out } = await runTool(words);
    expect(code).toBe(0);
    const result = JSON.parse(out.toString());
    expect(result).toMatchObject({ kind, connected: 5, failed: 0 });
    if (kind !== 'conn') expect(result.done).toBeGreaterThanOrEqual(500);
    expect(result.latencyMs.p50).toBeGreaterThan(0);
    expect(result.latencyMs.p50).toBeLessThanOrEqual(result.latencyMs.max);
  });

  test('shows figures, a histogram, and why clients failed', async () => {
    const serving = await serve({ authenticate: ({ clientId }) => !clientId.endsWith('-3') });
    const { code, out, err } = await runTool(['bench', 'conn', ...at(serving), '--clients', '5', '--time', '2']);
    expect(code).toBe(1);
    expect(out.toString()).toMatch(/4 connected, 1 failed\n.*latency in ms: .*<= .*%.*1 times: Connection error/s);
    expect(err).toMatch(/connected.*p50/);
    expect((await runTool(['bench', 'fly'])).err).toContain("bench needs conn, pub or sub; got 'fly'");
    expect((await runTool(['bench', 'conn', '--clients', '0'])).err).toContain("--clients got '0'; allowed: 1 to");
  });
});

describe('names', () => {
  test('the executable is the command whose name its link has', async () => {
    if (!existsSync(join(root, 'dist/main.js'))) throw new TypeError('This test needs dist: run `npm run build` first');
    const serving = await serve();
    const link = join(folder(), 'mosquitto_pub');
    symlinkSync(join(root, 'bin/hoopoe'), link);
    const messages: string[] = [];
    serving.broker.subscribe('t', (message) => messages.push(String(message.payload)));
    const program = new RunningProgram(link, [...at(serving), '-t', 't', '-l', '-q', '1'], { input: 'one\ntwo\n' });
    expect([await program.end(), program.errors]).toEqual([0, '']);
    expect(messages).toEqual(['one', 'two']);
    const refused = new RunningProgram(link, ['-h', '127.0.0.1', '-p', '1', '-t', 't', '-m', 'x']);
    expect([await refused.end(), refused.errors]).toEqual([1, 'Error: Connection refused\n']);
  });

  test('a link, a first word and a Windows file of a name are that command', () => {
    expect(argumentsByName('/usr/bin/mosquitto_pub', ['-t', 'x'])).toEqual(['mosquitto_pub', '-t', 'x']);
    expect(argumentsByName('C:/bin/mosquitto_sub.cmd', [])).toEqual(['mosquitto_sub']);
    expect(argumentsByName('/usr/bin/hoopoe', ['pub'])).toEqual(['pub']);
    expect(toolCall(['mosquitto_pub', '-h'])).toMatchObject({ name: 'mosquitto_pub', argv: ['-h'] });
    expect(toolCall(['pub'])).toMatchObject({ name: 'hoopoe pub', argv: [] });
    expect(toolCall(['run'])).toBeUndefined();
    expect(toolCall(['constructor'])).toBeUndefined();
  });

  test('--install makes the links and replaces nothing of others', async () => {
    const directory = join(folder(), 'bin');
    mkdirSync(directory);
    writeFileSync(join(directory, 'mosquitto_pub'), 'another program');
    const first = await runTool(['names', '--install', directory]);
    expect(first).toMatchObject({
      code: 1,
      err: expect.stringContaining('mosquitto_pub exists and is another program'),
    });
    expect(readFileSync(join(directory, 'mosquitto_pub'), 'utf8')).toBe('another program');
    for (const name of linkNames.filter((one) => one !== 'mosquitto_pub')) {
      expect(readlinkSync(join(directory, name))).not.toBe('');
    }
    expect((await runTool(['names', '--install', directory, '--force'])).code).toBe(0);
    expect(lstatSync(join(directory, 'mosquitto_pub')).isSymbolicLink()).toBe(true);
    expect(await runTool(['names', '--install', directory])).toMatchObject({ code: 0, err: '' });
    expect((await runTool(['names'])).out.toString().trim().split('\n')).toEqual(linkNames);
    expect((await runTool(['names', '--bad'])).code).toBe(1);
  });
});
