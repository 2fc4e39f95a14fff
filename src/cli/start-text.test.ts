import { describe, expect, it } from 'vitest';
import { type Loaded, loadSettings } from '../config/load.ts';
import type { EffectiveDurability } from './program.ts';
import { explainListenError } from './start-error.ts';
import { startText } from './start-text.ts';

function load(environment: Record<string, string>, ports: number[] = []): Promise<Loaded> {
  const machine = { platform: 'linux', environment, homeDirectory: '/home/ann', workingDirectory: '/', root: false };
  return loadSettings({ file: undefined, flags: [], ports, machine });
}

function textFor(
  loaded: Loaded,
  environment: Record<string, string> = {},
  loginSources: readonly string[] = [],
  durability: EffectiveDurability = { mode: 'memory', windowSeconds: 0 },
): string {
  const listeners = loaded.listeners.map(({ name, port }) => ({ name, urls: [`mqtt://127.0.0.1:${port}`] }));
  return startText(loaded, { listeners, durability, loginSources }, '1.2.3', environment);
}

describe('startText', () => {
  it('says everything of a broker without configuration in at most twelve lines', async () => {
    const text = textFor(await load({}));
    expect(text).toBe(
      [
        'Hoopoe 1.2.3',
        '  Listening  mqtt   mqtt://127.0.0.1:1883',
        '             mqtts  mqtt://127.0.0.1:8883',
        '             ws     mqtt://127.0.0.1:8083',
        '             wss    mqtt://127.0.0.1:8084',
        '  Data       /home/ann/.local/share/hoopoe (sessions and messages are kept in memory only)',
        '  Logins     not required from this machine',
        '  Try        mosquitto_pub -h localhost -t hello -m world      or: npx mqtt pub -h localhost -t hello -m world',
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['strict', {}, '(QoS 1 and 2 are acknowledged when the disk has them)'],
    ['relaxed', {}, '(QoS 1 and 2 are acknowledged up to 0.2 s before the disk has them)'],
    ['strict', { LANG: 'zh_CN.UTF-8' }, '(QoS 1 和 QoS 2 消息写入磁盘后才确认)'],
  ] as const)('says what an acknowledgement promises when durability is %s in %o', async (mode, environment, text) => {
    expect(textFor(await load({}), environment, [], { mode, windowSeconds: 0.2 })).toContain(text);
  });

  it('says who may come in, and does not promise logins that nobody configured', async () => {
    const loaded = await load({
      HOOPOE_LISTENERS__PUBLIC__HOST: '0.0.0.0',
      HOOPOE_LISTENERS__OPEN__PORT: '1884',
      HOOPOE_LISTENERS__OPEN__HOST: '0.0.0.0',
      HOOPOE_LISTENERS__OPEN__ALLOW_ANONYMOUS: 'true',
    });
    expect(textFor(loaded)).toContain('NOT required on open: whoever reaches it may connect');
    expect(textFor(loaded)).toContain('required on public, but none are configured, so nobody can connect there');
  });

  it('says where logins are looked up, and of whom they are asked', async () => {
    const loaded = await load({
      HOOPOE_ACCESS__DEVICES__TYPE: 'mysql',
      HOOPOE_LISTENERS__PUBLIC__HOST: '0.0.0.0',
      HOOPOE_LISTENERS__HALF__PORT: '1884',
      HOOPOE_LISTENERS__HALF__ALLOW_ANONYMOUS: 'without_username',
    });
    const text = textFor(loaded, {}, ['devices (mysql)']);
    expect(text).toContain('checked by devices (mysql)');
    expect(text).toContain('required on public; clients without one are refused there');
    expect(text).toContain('required on half of clients that give a user name');
    expect(text).not.toContain('not required');
  });

  it('counts listeners rather than list dozens', async () => {
    const text = textFor(await load({}, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
    expect(text).toContain('and 5 more');
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(12);
  });

  it.each([
    [{ LANG: 'zh_CN.UTF-8' }, '监听'],
    [{ LANG: 'en_US.UTF-8', LC_ALL: 'zh_TW.UTF-8' }, '监听'],
    [{ LANG: 'zh_CN.UTF-8', LC_ALL: 'C' }, 'Listening'],
  ])('speaks the language of %j', async (environment, word) => {
    expect(textFor(await load({}), environment)).toContain(word);
  });
});

describe('explainListenError', () => {
  const taken = Object.assign(new Error('Port 1883 is in use.'), { code: 'EADDRINUSE' });

  it('tells a newcomer what to type, as the broker was started', async () => {
    const [mqtt, mqtts] = (await load({})).listeners;
    expect(explainListenError(mqtt!, taken, {}).message).toBe(
      [
        'Port 1883 is in use.',
        '  To run beside the other program:       hoopoe -p 1884',
        '  To stop a Mosquitto service for this:  sudo systemctl stop mosquitto',
      ].join('\n'),
    );
    expect(explainListenError(mqtt!, taken, { npm_lifecycle_event: 'start' }).message).toContain(
      'npm start -- -p 1884',
    );
    expect(explainListenError(mqtt!, taken, { npm_command: 'exec' }).message).toContain('npx hoopoe -p 1884');
    expect(explainListenError(mqtts!, taken, {}).message).not.toContain('systemctl');
  });

  it('leaves it at the cause where the operator chose the port', async () => {
    const [listener] = (await load({ HOOPOE_LISTENERS__TCP__PORT: '1883' })).listeners;
    expect(explainListenError(listener!, taken, {}).message).toBe('Port 1883 is in use.');
  });
});
