/**
 * From the settings of a listener to what the embedded broker listens with: names are translated, and units
 * converted. Decides nothing; defaults and checks are the rows'.
 */

import type { ZoneOptions } from './config/broker-options.ts';
import type { ListenerSettings } from './config/listeners.ts';
import type { ListenOptions } from './embedded-broker.ts';
import type { AddressRule } from './listeners/address-rules.ts';
import type { TlsSettings } from './listeners/spec.ts';
import type { Qos } from './packet/types.ts';
import type { IdentityName } from './ports/rules.ts';

export { tlsSettings } from './tls-files.ts';

/** Bytes of a WebSocket frame besides one packet of the largest size: clients put several small ones into one. */
const frameBytesBeyondPacket = 1024 * 1024;

/** What the whole broker decides for each of its listeners. */
export interface BrokerWide {
  readonly qosMax: number;
  readonly topicAliasesMax: number;
  readonly packetBytesMax: number;
}

/**
 * @param zone what the zone of the listener says
 * @param tls needed for tls and wss; see `tlsSettings` of `tls-files.ts`
 */
export function listenOptions(
  listener: ListenerSettings,
  wide: BrokerWide,
  zone: ZoneOptions,
  tls: TlsSettings | undefined,
): ListenOptions {
  const { options: overrides, unmatched } = zone;
  const { name, transport, values, anonymous, anonymousReason, sources, usesAllSources } = listener;
  const shared = {
    name,
    // Where nobody has said it, it depends on who checks logins, and that may change while the broker runs.
    ...(anonymousReason !== 'loopback' && {
      allowAnonymous: anonymous === 'without_username' ? anonymous : anonymous === 'allow',
    }),
    ...(!usesAllSources && { sources }),
    checks: {
      logins: values.boolean('check_logins'),
      permissions: values.boolean('check_permissions'),
      ...(unmatched !== undefined && { unmatched }),
    },
    ...(Object.keys(overrides).length > 0 && { overrides }),
    mountpoint: values.text('mountpoint'),
    emptyClientIds: values.boolean('empty_client_ids'),
    assignedClientIdPrefix: values.text('assigned_client_id_prefix'),
    maximumQos: Math.min(values.number('qos_max'), wide.qosMax) as Qos,
    topicAliasMaximum: values.optionalNumber('topic_aliases_max') ?? wide.topicAliasesMax,
    connectionsMax: values.number('connections_max'),
    connectionRatePerSecond: values.number('connections_per_second_max'),
    backlog: values.number('backlog'),
  };
  if (transport === 'unix') {
    const mode = Number.parseInt(values.text('socket_mode'), 8);
    return { ...shared, transport, path: values.text('socket'), mode };
  }
  const port = {
    ...shared,
    host: listener.host,
    port: listener.port,
    noDelay: values.boolean('no_delay'),
    keepAliveMs: values.number('tcp_keep_alive_seconds') * 1000,
    addressRules: values.list('access').map(addressRule),
    proxyProtocol: values.boolean('proxy_protocol'),
    proxyTimeoutMs: values.number('proxy_header_seconds_max') * 1000,
    proxyTrustedAddresses: values.list('proxy_trusted'),
    proxyCertificates: values.boolean('proxy_certificates'),
    ...identitiesFrom(listener),
  };
  if (transport === 'tcp') return { ...port, transport };
  if (transport === 'tls') return { ...port, transport, tls: tls ?? {} };
  const web = {
    path: values.text('path'),
    folder: values.optionalText('http_dir'),
    origins: values.list('origins').length > 0 ? values.list('origins') : undefined,
    frameBytesMax: (overrides.packetBytesMax ?? wide.packetBytesMax) + frameBytesBeyondPacket,
  };
  return transport === 'ws' ? { ...port, ...web, transport } : { ...port, ...web, transport, tls: tls ?? {} };
}

function identitiesFrom({ values }: ListenerSettings): { usernameFrom?: IdentityName; clientIdFrom?: IdentityName } {
  const usernameFrom = values.optionalText('username_from') as IdentityName | undefined;
  const clientIdFrom = values.optionalText('client_id_from') as IdentityName | undefined;
  return { ...(usernameFrom && { usernameFrom }), ...(clientIdFrom && { clientIdFrom }) };
}

function addressRule(text: string): AddressRule {
  const [action, network = ''] = text.split(' ');
  return { action: action === 'allow' ? 'allow' : 'deny', network };
}
