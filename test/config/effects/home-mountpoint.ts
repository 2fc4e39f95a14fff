/** What a mountpoint does is seen from another listener, whose clients have none. */

import { until } from '../../listeners/listening.ts';
import { guestAt } from './guest.ts';
import type { HomeTexts } from './homes.ts';
import type { Running } from './running.ts';

/** A second listener in a zone of its own. */
export const listenerOutside: HomeTexts = {
  'etc/emqx.conf': 'listener.tcp.internal = 127.0.0.1:{other}\nlistener.tcp.internal.zone = internal\n',
};

/** The topic that a client outside sees of what one inside has published as `t`. */
export async function topicOutside(b: Running): Promise<string | undefined> {
  const outside = await guestAt(b.otherPort);
  await outside.connect({ clientId: 'outside' });
  await outside.subscribe('#');
  await (await b.guest()).publish('t');
  await until(() => outside.publishes.length > 0, 'a message outside of the mountpoint', 8000);
  return outside.publishes[0]?.topic;
}
