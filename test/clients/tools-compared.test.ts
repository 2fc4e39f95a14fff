/** pub, sub and rr beside Mosquitto's own, on one broker: the same output, the same errors, the same exit codes. */

import { describe, expect, test } from 'vitest';
import { lacks, needing } from './programs.ts';
import { serve } from './serving.ts';
import { comparable, runReference, runTool, type ToolOptions } from './tool-runs.ts';

/** One run of each, and whether they agree. */
async function same(words: readonly string[], options?: ToolOptions): Promise<void> {
  const ours = await runTool(words, options);
  const theirs = await runReference(words, options);
  expect({ words, ...comparable(ours) }).toEqual({ words, ...comparable(theirs) });
}

const mistakes: readonly (readonly string[])[] = [
  ['pub', '-t', 'a/#', '-m', 'b'],
  ['pub', '--frob'],
  ['pub', '-Z'],
  ['pub', '-v'],
  ...['-h', '-p', '-V', '-M', '-x', '-D', '-t', '-u', '-P', '-i', '-I', '-k', '-L', '-m', '-f', '-q', '-A'].map(
    (flag) => ['pub', flag],
  ),
  ...['--will-qos', '--will-topic', '--will-payload', '--cafile', '--capath', '--cert', '--key', '--keyform'].map(
    (flag) => ['pub', flag],
  ),
  ...['--ciphers', '--tls-version', '--tls-alpn', '--psk', '--psk-identity', '--proxy', '--unix', '--repeat'].map(
    (flag) => ['pub', flag],
  ),
  ['pub', '--repeat-delay'],
  ['pub', '--topic'],
  ['pub', '-p', '70000', '-t', 'a', '-m', 'b'],
  ['pub', '-q', '3', '-t', 'a', '-m', 'b'],
  ['pub', '-k', '3', '-t', 'a', '-m', 'b'],
  ['pub', '-V', 'x', '-t', 'a', '-m', 'b'],
  ['pub', '-i', 'a', '-I', 'b', '-t', 'a', '-m', 'b'],
  ['pub', '-m', 'a', '-n', '-t', 'a'],
  ['pub', '-f', '/nonexistent', '-t', 'a'],
  ['pub', '-c', '-t', 'a', '-m', 'b'],
  ['pub', '--will-payload', 'x', '-t', 'a', '-m', 'b'],
  ['pub', '--will-retain', '-t', 'a', '-m', 'b'],
  ['pub', '--will-topic', 'x/#', '-t', 'a', '-m', 'b'],
  ['pub', '--will-qos', '5', '--will-topic', 'x', '-t', 'a', '-m', 'b'],
  ['pub', '--cert', 'x', '-t', 'a', '-m', 'b'],
  ['pub', '--keyform', 'xx', '-t', 'a', '-m', 'b'],
  ['pub', '--psk', 'aa', '-t', 'a', '-m', 'b'],
  ['pub', '--cafile', '/x', '--psk', 'aa', '--psk-identity', 'x', '-t', 'a', '-m', 'b'],
  ['pub', '--repeat', '0', '-t', 'a', '-m', 'b'],
  ['pub', '--repeat-delay', '-1', '-t', 'a', '-m', 'b'],
  ['pub', '-x', 'abc', '-t', 'a', '-m', 'b'],
  ['pub', '-x', '-5', '-t', 'a', '-m', 'b'],
  ['pub', '-M', 'x', '-t', 'a', '-m', 'b'],
  ['pub', '-P', 'x', '-t', 'a', '-m', 'b'],
  ['pub', '-s', '-t', 'x'],
  ['pub', '-L', 'http://x'],
  ['pub', '-L', 'mqtt://x', '-m', 'b'],
  ['pub', '-D', 'a', 'b', 'c', '-t', 'a', '-m', 'b'],
  ['pub', '-D', 'publish', 'foo', 'bar', '-t', 'a', '-m', 'b'],
  ['pub', '-D', 'connect', 'content-type', 'x', '-t', 'a', '-m', 'b'],
  ['pub', '-D', 'auth', 'authentication-method', 'x', '-t', 'a', '-m', 'b'],
  ['pub', '-D', 'publish', 'topic-alias', 'x', '-t', 'a', '-m', 'b', '-V', '5'],
  ['pub', '-D', 'connect', 'receive-maximum', '0', '-t', 'a', '-m', 'b', '-V', '5'],
  ['pub', '--proxy', 'http://x', '-t', 'a', '-m', 'b'],
  ['pub', '--unix', '/nonexistent', '-t', 'a', '-m', 'b'],
  ['pub', '-h', '127.0.0.1', '-p', '1', '-t', 'a', '-m', 'b'],
  ['pub', '-h', '127.0.0.1', '-p', '1', '-t', 'a', '-m', 'b', '--quiet'],
  ['pub', '--cafile', '/nonexistent', '-t', 'a', '-m', 'b'],
  ['pub', '--psk', 'zz', '--psk-identity', 'x', '-t', 'a', '-m', 'b'],
  ['sub'],
  ['sub', '-t', 'a/#b'],
  ['sub', '-U', 'a/#b', '-t', 'a'],
  ['sub', '-T', 'a/#b', '-t', 'a'],
  ['sub', '-C', '0', '-t', 'a'],
  ['sub', '-W', '0', '-t', 'a'],
  ['sub', '-F', '%Z', '-t', 'a'],
  ['sub', '-F', '%', '-t', 'a'],
  ['sub', '-F', '\\z', '-t', 'a'],
  ['sub', '-R', '--retained-only', '-t', 'a'],
  ['sub', '-m', 'b'],
  ['sub', '-e', 'b'],
  ['sub', '-h', '127.0.0.1', '-p', '1', '-t', 'a'],
  ['rr', '-t', 'a'],
  ['rr', '-t', 'a', '-e', 'b'],
  ['rr', '-e', 'b', '-m', 's'],
  ['rr', '-l'],
];

describe.skipIf(lacks('mosquitto-clients'))(needing('mosquitto-clients', 'the tools beside Mosquitto’s'), () => {
  test('say the same about what was typed wrong', async () => {
    for (const [tool, ...rest] of mistakes) await same([`mosquitto_${tool}`, ...rest]);
  });

  test('say the same when the broker refuses, with the same exit codes', async () => {
    const { port } = await serve({
      authenticate: ({ username, password }) => username === 'u' && password?.toString() === 'pw',
      authorize: (_client, { topic }) => topic.startsWith('ok/'),
    });
    const at = ['-h', '127.0.0.1', '-p', String(port)];
    const login = ['-u', 'u', '-P', 'pw'];
    await same(['mosquitto_pub', ...at, '-t', 'a', '-m', 'b']);
    await same(['mosquitto_pub', ...at, '-t', 'a', '-m', 'b', '--quiet']);
    await same(['mosquitto_pub', ...at, '-t', 'a', '-m', 'b', '-u', 'u', '-P', 'bad']);
    await same(['mosquitto_pub', ...at, ...login, '-t', 'a', '-m', 'b', '-q', '1']);
    await same(['mosquitto_pub', ...at, ...login, '-t', 'a', '-m', 'b', '-q', '1', '-V', '5']);
    await same(['mosquitto_pub', ...at, ...login, '-t', 'ok/a', '-m', 'b', '-q', '2', '-V', '5']);
    await same(['mosquitto_sub', ...at, '-t', 'a']);
    await same(['mosquitto_sub', ...at, ...login, '-t', 'a', '-W', '5']);
    await same(['mosquitto_sub', ...at, '-t', 'a', '-V', '5']);
    await same(['mosquitto_pub', ...at, '-t', 'a', '-m', 'b', '-V', '5']);
    await same(['mosquitto_rr', ...at, '-t', 'a', '-e', 'b', '-m', 'c']);
  });

  test('[the words that people search for] tells who is not authorised', async () => {
    const { port } = await serve({ authenticate: () => ({ outcome: 'deny', reasonCode: 0x87 }) });
    const { code, err } = await runTool(['mosquitto_pub', '-h', '127.0.0.1', '-p', String(port), '-t', 't', '-m', 'm']);
    expect(err).toBe('Connection error: Connection Refused: not authorised.\nError: The connection was refused.\n');
    expect(code).toBe(5);
  });

  test('tell of packets in the same lines', async () => {
    const { port } = await serve();
    const at = ['-h', '127.0.0.1', '-p', String(port), '-d'];
    for (const version of ['31', '311', '5']) {
      for (const qos of ['0', '1', '2']) {
        await same(['mosquitto_pub', ...at, '-t', 'x', '-m', 'y', '-i', 'z', '-V', version, '-q', qos]);
      }
    }
    await same(['mosquitto_pub', ...at, '-t', 'x', '-n', '-i', 'z']);
    await same(['mosquitto_pub', '-L', `mqtt://127.0.0.1:${port}/x/y`, '-m', 'z', '-d', '-i', 'z']);
    await same(['mosquitto_pub', ...at, '-t', 'x', '-m', 'y', '-i', 'z', '--repeat', '2', '--repeat-delay', '0.05']);
    await same(['mosquitto_pub', ...at, '-t', 'x', '-l', '-i', 'z', '-q', '0'], { input: 'one\ntwo\nthree' });
    await same(['mosquitto_sub', ...at, '-t', 'r/#', '-t', 'u/+', '-q', '2', '-E', '-i', 'me']);
    await same(['mosquitto_rr', ...at, '-t', 'req', '-e', 'res', '-m', 'x', '-W', '1', '-i', 'rr']);
  });
});

describe.skipIf(lacks('mosquitto-clients'))(needing('mosquitto-clients', 'what is received'), () => {
  const shapes: readonly (readonly string[])[] = [
    [],
    ['-v'],
    ['-N', '-v'],
    ['-F', '%t %p %q %r %l %m %x %X %%'],
    ['-F', '%10t|%-10t|%010l|%.2t|%5q'],
    ['-F', 'a\\tb\\n\\0c\\r\\a\\e\\v\\\\'],
    ['-F', '@Y-@m-@d @H @j @u @w @y @C @a @A @b @B @h @p @P @n @t @%'],
    ['-F', '%j'],
    ['-F', '%j', '--pretty'],
    ['-F', '%J'],
    ['-F', '%J', '--pretty'],
    ['-R', '-W', '1'],
    ['--retained-only', '-v', '-C', '3'],
    ['-T', 'r/a', '-C', '2', '-v'],
  ];

  test('is printed the same', async () => {
    const { broker, port } = await serve();
    await broker.publish({ topic: 'r/a', payload: 'hello', retain: true });
    const properties = {
      contentType: 'text/x',
      responseTopic: 'rt',
      correlationData: Buffer.from('cd'),
      payloadFormatIndicator: 1 as const,
      messageExpiryInterval: 1000,
      userProperties: [
        ['k', 'v'],
        ['k2', 'v2'],
      ] as [string, string][],
    };
    await broker.publish({ topic: 'r/b', payload: '{"a":[1,{"b":null}]}', retain: true, qos: 1, properties });
    await broker.publish({ topic: 'r/c "q"', payload: 'two\n\twords "\\', retain: true, qos: 2 });
    const at = ['-h', '127.0.0.1', '-p', String(port), '-t', 'r/#', '-q', '1'];
    for (const shape of shapes) {
      const end = shape.includes('-C') || shape.includes('-W') ? [] : ['-C', '3'];
      // Both tools wait for the timeout here, and one version shows what there is to see.
      const versions = shape.includes('-W') ? ['311'] : ['311', '5'];
      await Promise.all(versions.map((version) => same(['mosquitto_sub', ...at, '-V', version, ...shape, ...end])));
    }
    await same(['mosquitto_sub', ...at, '-V', '5', '-C', '3', '-F', '%A|%C|%D|%E|%F|%P|%R|%S|%10C|%-8R']);
    await same([
      'mosquitto_sub',
      ...at,
      '-V',
      '5',
      '-C',
      '3',
      '-F',
      '%S %j',
      '-D',
      'subscribe',
      'subscription-identifier',
      '5',
    ]);
  });
});
