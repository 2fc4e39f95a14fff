/** Who is a bridge, and who only says so. */

import { expect, test } from 'vitest';
import { Message } from '../packet/message.ts';
import type { Access, Credentials } from '../ports/access.ts';
import type { Peer } from '../ports/listener.ts';
import { bridgePeer } from './local/end.ts';
import { BridgeLogins } from './logins.ts';

const closed: Access = {
  authenticate: () => ({ outcome: 'deny' }),
  exchange: () => ({ step: () => ({ outcome: 'allow' }) }),
  authorize: () => false,
  checksDelivery: true,
  revision: 3,
  onChange: () => () => {},
};

function credentials(peer: Peer, clientId: string): Credentials {
  return { clientId, username: undefined, peer, version: 4, password: undefined, anonymous: 'allow' };
}

test('a bridge is let in by the object of its end and by nothing else', () => {
  const logins = new BridgeLogins();
  const peer = bridgePeer();
  logins.admit(peer, 'local.x');
  const access = logins.guard(closed);
  expect(access.authenticate(credentials(peer, 'local.x'))).toMatchObject({ outcome: 'allow', superuser: false });
  expect(access.authenticate(credentials({ ...peer }, 'local.x'))).toEqual({ outcome: 'deny', reasonCode: 0x85 });
  expect(access.authenticate(credentials(bridgePeer(), 'other'))).toEqual({ outcome: 'deny' });
  expect(access.exchange('m', credentials({ ...peer }, 'local.x'))).toBeUndefined();
  expect(access.exchange('m', credentials({ ...peer }, 'other'))).toBeDefined();
  expect([access.checksDelivery, access.revision]).toEqual([true, 3]);
  logins.dismiss('local.x');
  expect(access.authenticate(credentials({ ...peer }, 'local.x'))).toEqual({ outcome: 'deny' });
});

test('a bridge is asked about under the user name that it has', () => {
  const logins = new BridgeLogins();
  const [named, nameless] = [bridgePeer(), bridgePeer()];
  logins.admit(named, 'local.x', 'ann');
  logins.admit(nameless, 'local.y');
  const authorize: Access['authorize'] = ({ username }) => username === 'ann';
  const access = logins.guard({ ...closed, authorize });
  expect(access.authenticate(credentials(named, 'local.x'))).toMatchObject({ username: 'ann' });
  expect(access.authenticate(credentials(nameless, 'local.y'))).toMatchObject({ username: '$bridge' });
  const message = Message.of('t', Buffer.alloc(0), 0, false);
  expect(logins.mayReceive({ peer: named, clientId: 'local.x', username: 'ann' }, message)).toBe(true);
  expect(logins.mayReceive({ peer: nameless, clientId: 'local.y' }, message)).toBe(false);
});

test('a bridge is a superuser only where the operator says that bridges are not asked about', () => {
  const logins = new BridgeLogins(true);
  const peer = bridgePeer();
  logins.admit(peer, 'local.x');
  const access = logins.guard(closed);
  expect(access.authenticate(credentials(peer, 'local.x'))).toMatchObject({ outcome: 'allow', superuser: true });
});

test('what waits in no session is asked about as well, and what cannot be answered is not allowed', () => {
  const message = Message.of('t', Buffer.alloc(0), 0, false);
  const ask = (access: Partial<Access>, isUnchecked = false): boolean => {
    const logins = new BridgeLogins(isUnchecked);
    logins.guard({ ...closed, ...access });
    return logins.mayReceive({ peer: bridgePeer(), clientId: 'local.x' }, message);
  };
  const broken = (): never => {
    throw new TypeError('away');
  };
  expect(ask({})).toBe(false);
  expect(ask({}, true)).toBe(true);
  expect(ask({ checksDelivery: false })).toBe(true);
  expect(ask({ authorize: () => true })).toBe(true);
  expect(ask({ authorize: broken })).toBe(false);
  expect(ask({ authorize: () => Promise.resolve(true) })).toBe(false);
});
