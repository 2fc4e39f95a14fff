/**
 * From the settings of a listener to what the embedded broker listens with: names are translated, units converted and
 * the files of TLS read. Decides nothing; defaults and checks are the rows'.
 */

import { readFile } from 'node:fs/promises';
import { StartError } from './cli/start-error.ts';
import type { ListenerSettings } from './config/listeners.ts';
import type { ListenOptions } from './embedded-broker.ts';
import type { AddressRule } from './listeners/address-rules.ts';
import type { Certificates } from './listeners/certificates.ts';
import type { TlsSettings } from './listeners/spec.ts';
import type { Qos } from './packet/types.ts';

/** Bytes of a WebSocket frame besides one packet of the largest size: clients put several small ones into one. */
const frameBytesBeyondPacket = 1024 * 1024;

/** What the whole broker decides for each of its listeners. */
export interface BrokerWide {
  readonly qosMax: number;
  readonly topicAliasesMax: number;
  readonly packetBytesMax: number;
}

/** @param tls needed for tls and wss; see `tlsSettings` */
export function listenOptions(
  listener: ListenerSettings,
  wide: BrokerWide,
  tls: TlsSettings | undefined,
): ListenOptions {
  const { name, transport, values, anonymousAllowed } = listener;
  const shared = {
    name,
    allowAnonymous: anonymousAllowed,
    mountpoint: values.text('mountpoint'),
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
  };
  if (transport === 'tcp') return { ...port, transport };
  if (transport === 'tls') return { ...port, transport, tls: tls ?? {} };
  const web = {
    path: values.text('path'),
    origins: values.list('origins').length > 0 ? values.list('origins') : undefined,
    frameBytesMax: wide.packetBytesMax + frameBytesBeyondPacket,
  };
  return transport === 'ws' ? { ...port, ...web, transport } : { ...port, ...web, transport, tls: tls ?? {} };
}

function addressRule(text: string): AddressRule {
  const [action, network = ''] = text.split(' ');
  return { action: action === 'allow' ? 'allow' : 'deny', network };
}

/**
 * Reads what a listener with TLS needs, undefined for others.
 *
 * @param own gives the certificates that the broker makes; called where none are configured
 * @throws StartError when a file cannot be read
 */
export async function tlsSettings(
  listener: ListenerSettings,
  own: () => Promise<Certificates>,
): Promise<TlsSettings | undefined> {
  const { transport, values } = listener;
  if (transport !== 'tls' && transport !== 'wss') return undefined;
  const configured = await textOf(listener, 'certificate_file');
  const ca = await textOf(listener, 'ca_file');
  return {
    cert: configured ?? (await own()).cert,
    key: configured === undefined ? (await own()).key : await textOf(listener, 'key_file'),
    passphrase: values.optionalText('key_passphrase'),
    ca,
    crl: await textOf(listener, 'crl_file'),
    requestCert: ca !== undefined,
    rejectUnauthorized: values.boolean('require_certificate'),
    ciphers: values.optionalText('ciphers'),
    minVersion: values.text('tls_version_min') === '1.3' ? 'TLSv1.3' : 'TLSv1.2',
    handshakeTimeoutMs: values.number('handshake_seconds_max') * 1000,
  };
}

async function textOf({ values }: ListenerSettings, name: string): Promise<string | undefined> {
  const file = values.optionalText(name);
  if (file === undefined) return undefined;
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new StartError(`${values.get(name).path}: cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
