/**
 * Whose right a message goes by, as a field of its line: who has published what is retained (see `retained-publishers.ts`;
 * nobody is asked about a message without one), and whose a will is (without one it is asked about as the session's, by
 * its names alone).
 */

import type { ProtocolVersion } from '../../packet/types.ts';
import type { PermissionRule } from '../../ports/access.ts';
import type { Peer, PeerCertificate, Transport } from '../../ports/listener.ts';
import { topicNameProblem } from '../../topic/name.ts';
import { type Fields, flag, type Kind, LineMistake, list, object, text, textWith, whole } from './json-fields.ts';
import type { RetainedPublisherRecord, WillOwnerRecord } from './records.ts';

type Asked = Omit<RetainedPublisherRecord, 'topic'>;

/** Without the topic, which the line has already. */
export function publisherFields({ topic: _, ...asked }: RetainedPublisherRecord & { readonly v?: number }): Asked {
  const { v: _version, ...fields } = asked;
  return fields;
}

export const publisherOf: Kind<Asked> = object((fields) => ({
  ...given('askedTopic', fields.optional('askedTopic', textWith(topicNameProblem))),
  clientId: fields.required('clientId', text),
  ...whoOf(fields),
}));

/** Whose a will is; the line has its Client Identifier already. */
export const willOwnerOf: Kind<WillOwnerRecord> = object((fields) => ({
  superuser: fields.optional('superuser', flag) ?? false,
  ...whoOf(fields),
}));

export function willOwnerFields({ superuser, ...who }: WillOwnerRecord): object {
  return superuser ? { superuser, ...who } : who;
}

function whoOf(fields: Fields): Omit<WillOwnerRecord, 'superuser'> {
  return {
    username: fields.optional('username', text),
    version: fields.required('version', whole(3, 5)) as ProtocolVersion,
    ...given('permissions', fields.optional('permissions', list(object(permissionOf)))),
    peer: fields.required('peer', object(peerOf)),
  };
}

/** One of several words. */
function word<T extends string>(...words: readonly T[]): Kind<T> {
  return (value) => {
    const found = words.find((one) => one === value);
    if (found === undefined) throw new LineMistake(`is none of ${words.join(', ')}`);
    return found;
  };
}

const transportOf: Kind<Transport> = word('tcp', 'tls', 'ws', 'wss', 'unix', 'memory');
const port = whole(0, 65_535);

function peerOf(fields: Fields): Peer {
  return {
    address: fields.required('address', text),
    port: fields.required('port', port),
    localAddress: fields.required('localAddress', text),
    localPort: fields.required('localPort', port),
    listener: fields.required('listener', text),
    transport: fields.required('transport', transportOf),
    ...given('certificate', fields.optional('certificate', object(certificateOf))),
    ...given('pskIdentity', fields.optional('pskIdentity', text)),
  };
}

function certificateOf(fields: Fields): PeerCertificate {
  return {
    commonName: fields.required('commonName', text),
    subject: fields.required('subject', text),
    fingerprint256: fields.required('fingerprint256', text),
  };
}

function permissionOf(fields: Fields): PermissionRule {
  return {
    effect: fields.required('effect', word('allow', 'deny')),
    action: fields.required('action', word('publish', 'subscribe', 'all')),
    topic: fields.required('topic', text),
    ...given('literal', fields.optional('literal', flag)),
  };
}

function given<K extends string, T>(name: K, value: T | undefined): { readonly [N in K]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [N in K]?: T };
}
