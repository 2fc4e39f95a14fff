/**
 * What is opened, and who may come in without a login. Decides the listeners of a broker that nobody configured, and
 * checks those that somebody did. Opens nothing itself.
 */

import { isIPv4, isIPv6 } from 'node:net';
import type { Transport } from '../ports/listener.ts';
import type { ConfigProblem } from './error.ts';
import { defaultListenerValues, type OptionValues, type Settings } from './settings.ts';

export type NetworkTransport = Exclude<Transport, 'memory'>;

/** Why anonymous clients are accepted or not. */
export type AnonymousReason = 'loopback' | 'not_loopback' | 'said_here' | 'said_for_all';

export interface ListenerSettings {
  readonly name: string;
  readonly transport: NetworkTransport;
  /** As configured: an address, a host name, `localhost` for both loopbacks, `*` for all; empty for a Unix socket. */
  readonly host: string;
  /** 0 for a Unix socket and for a free port. */
  readonly port: number;
  /** Whether only this machine can connect. A proxy brings others in, so not where PROXY protocol is on. */
  readonly loopback: boolean;
  readonly anonymousAllowed: boolean;
  readonly anonymousReason: AnonymousReason;
  /** Opened because nobody configured listeners. */
  readonly unconfigured: boolean;
  /** All rows of the listener, for whoever opens it. */
  readonly values: OptionValues;
}

/** What runs without configuration. */
const defaultListeners: readonly (readonly [name: string, transport: NetworkTransport])[] = [
  ['mqtt', 'tcp'],
  ['mqtts', 'tls'],
  ['ws', 'ws'],
  ['wss', 'wss'],
];

/** A listener whose name says a transport has it, lest one named tls speak plain text. */
const transportOfName: ReadonlyMap<string, NetworkTransport> = new Map([
  ['tcp', 'tcp'],
  ['mqtt', 'tcp'],
  ['tls', 'tls'],
  ['mqtts', 'tls'],
  ['ws', 'ws'],
  ['wss', 'wss'],
  ['unix', 'unix'],
]);

const defaultPorts: Readonly<Record<NetworkTransport, number>> = { tcp: 1883, tls: 8883, ws: 8083, wss: 8084, unix: 0 };

/** Everything that `-p`, the configuration or the defaults ask for, with what is wrong with it. */
export function planListeners(settings: Settings): { listeners: ListenerSettings[]; problems: ConfigProblem[] } {
  const problems: ConfigProblem[] = [];
  let listeners: ListenerSettings[];
  if (settings.ports.length > 0) {
    const single = settings.ports.length === 1;
    listeners = settings.ports.map((port) => {
      const name = single ? 'mqtt' : `mqtt-${port}`;
      return plan(name, defaultListenerValues(name, { transport: 'tcp', port }), settings, false);
    });
  } else if (settings.listeners.size > 0) {
    listeners = [...settings.listeners].map(([name, values]) => plan(name, values, settings, false));
    for (const listener of listeners) check(listener, problems);
  } else {
    listeners = defaultListeners.map(([name, transport]) =>
      plan(name, defaultListenerValues(name, { transport }), settings, true),
    );
  }
  checkAddresses(listeners, problems);
  return { listeners, problems };
}

function plan(name: string, values: OptionValues, settings: Settings, unconfigured: boolean): ListenerSettings {
  const transport = (values.optionalText('transport') as NetworkTransport) ?? transportOfName.get(name) ?? 'tcp';
  const unix = transport === 'unix';
  const host = unix ? '' : values.text('host');
  const loopback = (unix || isLoopback(host)) && !values.boolean('proxy_protocol');
  const here = values.optionalBoolean('allow_anonymous');
  const forAll = settings.optionalBoolean('allow_anonymous');
  const anonymousReason =
    here !== undefined ? 'said_here' : forAll !== undefined ? 'said_for_all' : loopback ? 'loopback' : 'not_loopback';
  const port = unix ? 0 : (values.optionalNumber('port') ?? defaultPorts[transport]);
  const anonymousAllowed = here ?? forAll ?? loopback;
  return { name, transport, host, port, loopback, anonymousAllowed, anonymousReason, unconfigured, values };
}

/** Whether an address reaches this machine only. A host name but localhost is not looked up, and so it does not count. */
function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  if (isIPv4(host)) return host.startsWith('127.');
  return isIPv6(host) && /^(::1|(0{1,4}:){7}0{0,3}1|::ffff:127\.[\d.]+)$/i.test(host);
}

function check(listener: ListenerSettings, problems: ConfigProblem[]): void {
  const { name, transport, values } = listener;
  for (const { row, path, origin } of values.all.values()) {
    const applies = row.transports === undefined || row.transports.includes(transport);
    if (applies || origin.kind === 'default') continue;
    const text = `${path} has no meaning for transport ${transport}; it belongs to ${row.transports?.join(', ')}`;
    problems.push({ origin, text });
  }
  const requires = (wanted: string, because: string): void => {
    const given = values.get(because);
    if (given.origin.kind === 'default' || given.value === false || values.get(wanted).value !== undefined) return;
    problems.push({ origin: given.origin, text: `${given.path} needs listeners.${name}.${wanted} as well` });
  };
  requires('key_file', 'certificate_file');
  requires('certificate_file', 'key_file');
  requires('key_file', 'key_passphrase');
  requires('ca_file', 'require_certificate');
  requires('ca_file', 'crl_file');
  if (transport === 'unix' && values.get('socket').value === undefined) {
    problems.push({
      origin: anyOrigin(values),
      text: `listeners.${name}.socket is missing; a Unix socket needs a path`,
    });
  }
}

function checkAddresses(listeners: readonly ListenerSettings[], problems: ConfigProblem[]): void {
  const owners = new Map<string, string>();
  for (const listener of listeners) {
    for (const address of addressesOf(listener)) {
      const owner = owners.get(address);
      owners.set(address, listener.name);
      if (owner === undefined) continue;
      const text = `listeners ${owner} and ${listener.name} are both to listen on ${address}; change one of them`;
      problems.push({ origin: anyOrigin(listener.values), text });
      break;
    }
  }
}

/** What nobody else may have. Port 0 is another port each time. */
function addressesOf({ transport, host, port, values }: ListenerSettings): string[] {
  if (transport === 'unix') return [values.optionalText('socket') ?? 'no socket'];
  if (port === 0) return [];
  const hosts = host === 'localhost' ? ['127.0.0.1', '::1'] : [host];
  return hosts.map((each) => `port ${port} of ${each}`);
}

/** Where something of the listener is written, for problems about what is not written. */
function anyOrigin(values: OptionValues): ConfigProblem['origin'] {
  const origins = [...values.all.values()].map(({ origin }) => origin);
  return origins.find(({ kind }) => kind !== 'default') ?? { kind: 'default' };
}
