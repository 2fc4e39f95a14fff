/** Who is a bridge, and who only says so. */

import { expect, test } from 'vitest';
import type { Access, Credentials } from '../ports/access.ts';
import type { Peer } from '../ports/listener.ts';
import { bridgePeer } from './local-end.ts';
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
  expect(access.authenticate(credentials(peer, 'local.x'))).toMatchObject({ outcome: 'allow', superuser: true });
  expect(access.authenticate(credentials({ ...peer }, 'local.x'))).toEqual({ outcome: 'deny', reasonCode: 0x85 });
  expect(access.authenticate(credentials(bridgePeer(), 'other'))).toEqual({ outcome: 'deny' });
  expect(access.exchange('m', credentials({ ...peer }, 'local.x'))).toBeUndefined();
  expect(access.exchange('m', credentials({ ...peer }, 'other'))).toBeDefined();
  expect([access.checksDelivery, access.revision]).toEqual([true, 3]);
  logins.dismiss('local.x');
  expect(access.authenticate(credentials({ ...peer }, 'local.x'))).toEqual({ outcome: 'deny' });
});
