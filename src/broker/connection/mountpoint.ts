/**
 * A listener's mountpoint: a prefix that its clients never see, put before and taken off every topic they use. It may name
 * the client: `%c` is its Client Identifier, `%u` its user name.
 */

import { Message } from '../../packet/message.ts';
import type { ClientIdentity } from '../../ports/access.ts';

/** What in a name would lead out of the place that the mountpoint gives it, or into that of somebody else. */
const leadsElsewhere = /[+#/\0]/;

/**
 * Deviates from [MQTT-4.7.2-1]: behind a mountpoint a filter that begins with a wildcard also matches a name that
 * begins with `$`, which stands behind the mountpoint and not at the beginning then. The broker's own `$SYS` is out of
 * reach there in any case.
 */

/**
 * The mountpoint of one client; undefined where its names cannot stand in it: because it has none, or because with them
 * its topics would be those of others.
 */
export function mountpointOf(mountpoint: string, client: ClientIdentity): string | undefined {
  if (!mountpoint.includes('%')) return mountpoint;
  let isUsable = true;
  const mounted = mountpoint.replace(/%[cu]/g, (placeholder) => {
    const name = placeholder === '%c' ? client.clientId : client.username;
    if (name === undefined || name === '' || leadsElsewhere.test(name)) isUsable = false;
    return name ?? '';
  });
  // A client must not choose that its topics are the broker's own.
  if (mounted.startsWith('$') && !mountpoint.startsWith('$')) isUsable = false;
  return isUsable ? mounted : undefined;
}

/** `filter` as the broker holds it; the part of a shared subscription before the filter stays in front. */
export function mountFilter(mountpoint: string, filter: string): string {
  if (mountpoint === '') return filter;
  if (filter.startsWith('$queue/')) return `$queue/${mountpoint}${filter.slice('$queue/'.length)}`;
  if (!filter.startsWith('$share/')) return mountpoint + filter;
  const end = filter.indexOf('/', '$share/'.length) + 1;
  return `${filter.slice(0, end)}${mountpoint}${filter.slice(end)}`;
}

/** The message as clients behind the mountpoint see it: a copy that shares the payload. */
export function withoutMountpoint(message: Message, mountpoint: string): Message {
  if (!message.topic.startsWith(mountpoint)) return message;
  const { source, payloadStart, payloadEnd, qos, retain, properties } = message;
  const topic = message.topic.slice(mountpoint.length);
  return new Message(topic, source, payloadStart, payloadEnd, qos, retain, properties);
}
