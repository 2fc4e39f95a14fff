/** Who may read `$SYS` where nobody has said it. */

import { describe, expect, it } from 'vitest';
import type { AccessRequest, ClientIdentity } from '../ports/access.ts';
import type { Peer, Transport } from '../ports/listener.ts';
import { testBroker } from '../testing/test-broker.ts';
import { defaultRules } from './default-rules.ts';

function client(address: string, transport: Transport = 'tcp'): ClientIdentity {
  const peer: Peer = { address, port: 1, localAddress: address, localPort: 1883, listener: 'a', transport };
  return { clientId: 'c', username: 'u', peer, version: 5 };
}

const ask = (who: ClientIdentity, topic: string, action: AccessRequest['action'] = 'subscribe'): unknown =>
  defaultRules.authorize(who, { action, topic, qos: 0, retain: false });

describe('the default permissions', () => {
  it.each(['127.0.0.1', '127.1.2.3', '::1'])('let %s read $SYS', (address) => {
    expect(ask(client(address), '$SYS/#')).toBe('ignore');
  });

  it.each(['10.0.0.4', '::2', '1.127.0.0', 'fe80::1', ''])('do not let %j read $SYS', (address) => {
    for (const filter of ['$SYS/#', '$SYS', '$SYS/brokers/+/clients/#', '$SYS/+']) {
      expect(ask(client(address), filter)).toBe('deny');
    }
  });

  it('let clients on a Unix socket read $SYS', () => {
    expect(ask(client('', 'unix'), '$SYS/#')).toBe('ignore');
  });

  it('say nothing of anything else', () => {
    for (const filter of ['#', '+/#', '$SYSTEM/#', '$share', 'a/$SYS/#', '/$SYS']) {
      expect(ask(client('10.0.0.4'), filter)).toBe('ignore');
    }
    expect(ask(client('10.0.0.4'), '$SYS/a', 'publish')).toBe('ignore');
    expect(ask(client('10.0.0.4'), '$SYS/a', 'receive')).toBe('ignore');
  });

  it('give the same answers with their reasons', () => {
    for (const who of [client('10.0.0.4'), client('127.0.0.1')]) {
      for (const topic of ['$SYS/#', 'a']) {
        const request: AccessRequest = { action: 'subscribe', topic, qos: 0, retain: false };
        expect(defaultRules.explain!(who, request)).toMatchObject({ answer: defaultRules.authorize(who, request) });
      }
    }
  });

  it('refuse $SYS in a shared subscription too', async () => {
    const broker = await testBroker({ access: { authorizers: [defaultRules] } });
    const far = await broker.connect({ peer: { address: '10.0.0.4', transport: 'tcp' } });
    expect((await far.subscribe('$share/g/$SYS/#'))?.reasonCodes).toEqual([0x87]);
    expect((await far.subscribe('$queue/$SYS/#'))?.reasonCodes).toEqual([0x87]);
    expect((await far.subscribe('#'))?.reasonCodes).toEqual([0]);
    const near = await broker.connect({ peer: { address: '127.0.0.1', transport: 'tcp' } });
    expect((await near.subscribe('$SYS/#'))?.reasonCodes).toEqual([0]);
    await broker.close();
  });
});
