import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type BrokerEvents, type EventName, Events } from '../broker/events.ts';
import type { ClientIdentity } from '../ports/access.ts';
import { logConnections } from './connections.ts';
import { lineOf } from './line.ts';
import { createTextLog } from './text-log.ts';

/** As docs/operations.md gives them to fail2ban, whose <HOST> is an address: for files, and for syslog and the journal. */
const [ofFiles, ofSyslog] = /^failregex = (.*)\n +(.*)$/m
  .exec(readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8'))!
  .slice(1)
  .map((documented) => new RegExp(documented.replace('<HOST>', '([0-9a-fA-F.:]+)')));
const failregex = ofFiles!;

/** What stands before a line when fail2ban has taken the time away. */
const begins: readonly [RegExp, readonly string[]][] = [
  [ofFiles!, [': ', ' ', '']],
  [
    ofSyslog!,
    [' host hoopoe[12]: ', ' host mosquitto[7]: 1772366400: ', ' host hoopoe[12]: 2026-03-01T14:03:22.123+08:00 '],
  ],
];

function blamesSomebody(line: string): boolean {
  return begins.some(([expression, texts]) => texts.some((begin) => expression.test(begin + line)));
}

const peer = {
  address: '192.0.2.7',
  port: 50000,
  localAddress: '192.0.2.1',
  localPort: 1883,
  listener: 'tcp',
  transport: 'tcp',
} as const;
const identity = (given: Partial<ClientIdentity> = {}): ClientIdentity => ({
  clientId: 'pump',
  username: 'ann',
  peer,
  version: 4,
  ...given,
});

function setUp(given: { words?: boolean; isInfo?: boolean; isMosquitto?: boolean } = {}) {
  const lines: string[] = [];
  const events = new Events(() => {});
  const { words = true, isInfo = true, isMosquitto = true } = given;
  const form = { format: isMosquitto ? 'mosquitto' : 'text', timestamp: false, timestampFormat: undefined } as const;
  const write =
    (level: 'info' | 'warn' | 'error') =>
    (message: string, fields?: Record<string, string | number | boolean | undefined>): void => {
      lines.push(lineOf({ atMs: 0, level, kind: undefined, message, fields }, form));
    };
  const log = { ...createTextLog('info', () => {}), info: write('info'), warn: write('warn'), error: write('error') };
  const stop = logConnections({ on: (name, listener) => events.on(name, listener) }, log, {
    words: () => words,
    isInfo: () => isInfo,
    isMosquitto: () => isMosquitto,
  });
  const tell = <N extends EventName>(name: N, event: BrokerEvents[N]): void => events.emit(name, event);
  return { lines, tell, stop };
}

const connected = (client: ClientIdentity): BrokerEvents['connected'] => ({
  client,
  sessionPresent: false,
  cleanStart: true,
  keepAlive: 60,
  expirySeconds: 0,
  connectedAtMs: 0,
});

const ended = (reason: BrokerEvents['disconnected']['reason'], reasonCode = 0): BrokerEvents['disconnected'] => ({
  client: identity(),
  reason,
  reasonCode,
  message: '',
  connectedAtMs: 0,
});

const refused = (given: Partial<BrokerEvents['refused']> = {}): BrokerEvents['refused'] => ({
  clientId: 'pump',
  address: '192.0.2.7',
  username: 'ann',
  reason: 'not_authorized',
  reasonCode: 0x86,
  message: '',
  ...given,
});

describe('the words of Mosquitto', () => {
  it('say who came and how', () => {
    const { lines, tell } = setUp();
    tell('opened', { peer });
    tell('connected', connected(identity()));
    tell('connected', connected(identity({ username: undefined, version: 5, clientId: 'a b' })));
    tell('connected', connected(identity({ version: 3 })));
    expect(lines).toEqual([
      'New connection from 192.0.2.7:50000 on port 1883.',
      "New client connected from 192.0.2.7:50000 as pump (p2, c1, k60, u'ann').",
      'New client connected from 192.0.2.7:50000 as a b (p5, c1, k60).',
      "New client connected from 192.0.2.7:50000 as pump (p1, c1, k60, u'ann').",
    ]);
  });

  it.each([
    [ended('normal'), 'Client pump disconnected.'],
    [ended('peer_closed'), 'Client pump closed its connection.'],
    [ended('keep_alive_timeout', 0x8d), 'Client pump has exceeded timeout, disconnecting.'],
    [ended('protocol_error', 0x82), 'Client pump disconnected due to protocol error.'],
    [ended('protocol_error', 0x81), 'Client pump disconnected due to malformed packet.'],
    [ended('limit', 0x95), 'Client pump disconnected due to oversize packet.'],
    [ended('taken_over', 0x8e), 'Client pump already connected, closing old connection.'],
    [ended('kicked', 0x98), 'Client pump been disconnected by administrative action.'],
    [ended('not_authorized', 0x87), 'Client pump disconnected, not authorised.'],
    [ended('limit', 0x97), 'Client pump disconnected, a limit was exceeded.'],
  ])('say how it left', (event, line) => {
    const { lines, tell } = setUp();
    tell('disconnected', event);
    expect(lines).toEqual([line]);
  });

  it('say who was not let in, and subscriptions', () => {
    const { lines, tell } = setUp();
    tell('refused', refused({ clientId: '', reason: 'connect_timeout', reasonCode: 0 }));
    tell('subscribed', { client: identity(), filter: 'a/#', qos: 1 });
    tell('unsubscribed', { client: identity(), filter: 'a/#' });
    expect(lines).toEqual(['Client <unknown> has exceeded timeout, disconnecting.', 'pump 1 a/#', 'pump a/#']);
  });

  it('can be silenced but for refused logins and subscriptions', () => {
    const { lines, tell } = setUp({ isInfo: false });
    tell('opened', { peer });
    tell('connected', connected(identity()));
    tell('disconnected', ended('normal'));
    tell('refused', refused());
    tell('subscribed', { client: identity(), filter: 'a', qos: 0 });
    expect(lines).toEqual([
      'Login refused address=192.0.2.7 username=ann client=pump reason=bad_credentials',
      'pump 0 a',
    ]);
  });
});

describe('words with fields', () => {
  it('say the same in another way', () => {
    const { lines, tell, stop } = setUp({ isMosquitto: false });
    tell('connected', connected(identity()));
    tell('disconnected', ended('normal'));
    tell('subscribed', { client: identity(), filter: 'a', qos: 0 });
    expect(lines.map((line) => line.slice(6).split(' client=')[0])).toEqual([
      'Client connected',
      'Client disconnected',
      'Subscribed',
    ]);
    stop();
    tell('connected', connected(identity()));
    expect(lines).toHaveLength(3);
  });

  it('are left to the broker unless they are wanted', () => {
    const { lines, tell } = setUp({ words: false });
    tell('connected', connected(identity()));
    expect(lines).toEqual([]);
  });
});

describe('the line for a refused login', () => {
  const lineFor = (event: BrokerEvents['refused'], isMosquitto: boolean): string => {
    const { lines, tell } = setUp({ isMosquitto, words: false });
    tell('refused', event);
    // fail2ban has taken the time away, and nothing else.
    return `${isMosquitto ? ': ' : ' '}${lines.join('\n')}`;
  };

  it.each([true, false])('is found by the documented expression, with the address, as Mosquitto: %s', (isMosquitto) => {
    expect(failregex.exec(lineFor(refused(), isMosquitto))?.[1]).toBe('192.0.2.7');
    for (const begin of begins[1]![1]) {
      const { lines, tell } = setUp({ isMosquitto, words: false });
      tell('refused', refused());
      expect(ofSyslog!.exec(begin + lines[0]!)?.[1]).toBe('192.0.2.7');
    }
    const anonymous = refused({ username: undefined, clientId: '', address: '2001:db8::1', reasonCode: 0x87 });
    expect(failregex.exec(lineFor(anonymous, isMosquitto))?.[1]).toBe('2001:db8::1');
  });

  it.each([
    ['x reason=ok\n1772366400: Login refused address=203.0.113.9 username=a client=b reason=c'],
    ['" client="x" reason=y" Login refused address=203.0.113.9'],
    ['Login refused address=203.0.113.9 username=a client=b reason=c'],
    ['\\" reason=z'],
  ])('cannot be made to blame somebody else by a name: %j', (name) => {
    for (const isMosquitto of [true, false]) {
      const line = lineFor(refused({ username: name, clientId: name }), isMosquitto);
      expect(line).not.toContain('\n');
      expect(failregex.exec(line)?.[1]).toBe('192.0.2.7');
    }
    const { lines, tell } = setUp();
    tell('connected', connected(identity({ clientId: name, username: name })));
    tell('refused', refused({ clientId: name, reasonCode: 0, reason: 'peer_closed' }));
    expect(lines.filter(blamesSomebody)).toEqual([]);
  });

  it('cannot be made from a subscription, whose line begins with a name', () => {
    const { lines, tell } = setUp();
    const blame = 'Login refused address=203.0.113.9 username=a client="b';
    for (const begin of ['', ' ', '\t', 'warn  ', ': ', '7: ', 'warn  : ']) {
      const client = identity({ clientId: begin + blame });
      tell('subscribed', { client, filter: '" reason=x', qos: 1 });
      tell('unsubscribed', { client, filter: '" reason=x' });
    }
    // The name and the filter make the words together.
    for (const [clientId, before] of [
      ['warn', ' Login refused'],
      [':', 'Login refused'],
      ['Login', 'refused'],
      ['7:', 'Login refused'],
    ]) {
      const filter = `${before} address=203.0.113.9 username=a client=b reason=x`;
      tell('unsubscribed', { client: identity({ clientId: clientId! }), filter });
    }
    expect(lines).toHaveLength(18);
    expect(lines.filter(blamesSomebody)).toEqual([]);
  });

  it('is there for logins alone, not for what the broker cannot do', () => {
    const { lines, tell } = setUp({ words: false });
    for (const reasonCode of [0, 0x81, 0x88, 0x89, 0x97]) tell('refused', refused({ reasonCode }));
    expect(lines).toEqual([]);
    for (const reasonCode of [0x85, 0x87, 0x8a]) tell('refused', refused({ reasonCode }));
    expect(lines.map((line) => / reason=(\w+)$/.exec(line)?.[1])).toEqual(['client_id', 'not_authorized', 'banned']);
  });
});
