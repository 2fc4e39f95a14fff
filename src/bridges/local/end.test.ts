import { expect, test } from 'vitest';
import { Message } from '../../packet/message.ts';
import type { ControlPacket } from '../../packet/types.ts';
import { testBroker } from '../../testing/index.ts';
import { type Accepting, bridgePeer, LocalEnd, type LocalOwner } from './end.ts';

const CONNECT: ControlPacket = {
  type: 'connect',
  version: 5,
  bridge: false,
  cleanStart: true,
  keepAlive: 0,
  clientId: 'bridge',
  will: undefined,
  username: undefined,
  password: undefined,
  properties: undefined,
};

test('what a bridge brings reaches many receivers at once, each message when it comes', async () => {
  const t = await testBroker();
  const receivers = await Promise.all(Array.from({ length: 20 }, () => t.connect()));
  for (const receiver of receivers) await receiver.subscribe('a');
  const owner: LocalOwner = {
    bytesWaiting: 0,
    told: () => {},
    toldPublish: () => true,
    held: () => {},
    released: () => {},
    ended: () => {},
  };
  const accepting: Accepting = {
    accept: (link, rules, options) => t.broker.accept(link, { ...rules, anonymous: 'allow' }, options),
  };
  const end = new LocalEnd(accepting, bridgePeer(), owner, t.broker.options);
  end.tell(CONNECT);
  await t.run();
  for (const text of ['1', '2']) {
    end.tell(Message.of('a', Buffer.from(text), 0, false));
    await t.run();
    for (const receiver of receivers) expect(receiver.takePublishes().map((got) => got.text)).toEqual([text]);
  }
});
