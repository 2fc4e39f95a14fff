/**
 * What is opened, and who may come in without a login. Decides the listeners of a broker that nobody configured, and
 * checks those that somebody did. Opens nothing itself.
 */

import { isIPv4, isIPv6 } from 'node:net';
import type { AnonymousRule } from '../ports/access.ts';
import type { Transport } from '../ports/listener.ts';
import { hasLogins, isUsedAt, type SourceSettings } from './access.ts';
import type { ConfigProblem } from './error.ts';
import { nearest } from './nearest.ts';
import { defaultListenerValues, type OptionValues, type Settings } from './settings.ts';

export type NetworkTransport = Exclude<Transport, 'memory'>;

/** Why anonymous clients are accepted or not. */
export type AnonymousReason = 'loopback' | 'not_loopback' | 'logins_configured' | 'said_here' | 'said_for_all';

export interface ListenerSettings {
  readonly name: string;
  readonly transport: NetworkTransport;
  /** As configured: an address, a host name, `localhost` for both loopbacks, `*` for all; empty for a Unix socket. */
  readonly host: string;
  /** 0 for a Unix socket and for a free port. */
  readonly port: number;
  /** Whether only this machine can connect. A proxy brings others in, so not where PROXY protocol is on. */
  readonly loopback: boolean;
  /** Which clients may come in that nobody knows. */
  readonly anonymous: AnonymousRule;
  readonly anonymousReason: AnonymousReason;
  /** Whether a source of logins is asked about its clients. */
  readonly checksLogins: boolean;
  /** Names of the sources that are asked about its clients, in their order. */
  readonly sources: readonly string[];
  /** Whether nobody has chosen among them, so that one that comes at run time is asked as well. */
  readonly usesAllSources: boolean;
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
export function planListeners(
  settings: Settings,
  sources: readonly SourceSettings[],
): { listeners: ListenerSettings[]; problems: ConfigProblem[] } {
  const plan = (name: string, values: OptionValues, unconfigured: boolean): ListenerSettings =>
    planListener(name, values, settings, sources, unconfigured);
  const problems: ConfigProblem[] = [];
  let listeners: ListenerSettings[];
  if (settings.ports.length > 0) {
    const single = settings.ports.length === 1;
    listeners = settings.ports.map((port) => {
      const name = single ? 'mqtt' : `mqtt-${port}`;
      return plan(name, defaultListenerValues(name, { transport: 'tcp', port }), false);
    });
  } else if (settings.listeners.size > 0) {
    listeners = [...settings.listeners].map(([name, values]) => plan(name, values, false));
    for (const listener of listeners) {
      check(listener, problems);
      checkZone(listener, settings, problems);
    }
  } else {
    listeners = defaultListeners.map(([name, transport]) =>
      plan(name, defaultListenerValues(name, { transport }), true),
    );
  }
  checkAddresses(listeners, problems);
  return { listeners, problems };
}

const anonymousRules: ReadonlyMap<string, AnonymousRule> = new Map([
  ['true', 'allow'],
  ['false', 'deny'],
  ['without_username', 'without_username'],
]);

function planListener(
  name: string,
  values: OptionValues,
  settings: Settings,
  sources: readonly SourceSettings[],
  unconfigured: boolean,
): ListenerSettings {
  const transport = (values.optionalText('transport') as NetworkTransport) ?? transportOfName.get(name) ?? 'tcp';
  const unix = transport === 'unix';
  const host = unix ? '' : values.text('host');
  const loopback = (unix || isLoopback(host)) && !values.boolean('proxy_protocol');
  const checksLogins = hasLogins(sources, name, values);
  const port = unix ? 0 : (values.optionalNumber('port') ?? defaultPorts[transport]);
  return {
    name,
    transport,
    host,
    port,
    loopback,
    ...anonymousRule(values, settings, checksLogins, loopback),
    checksLogins,
    sources: sources.filter((source) => isUsedAt(source, name, values)).map((source) => source.name),
    usesAllSources:
      values.get('sources').value === undefined && sources.every((source) => isUsedAt(source, name, values)),
    unconfigured,
    values,
  };
}

/** What is said for the listener, then for all; otherwise who can check logins wants them, and strangers are refused. */
function anonymousRule(
  values: OptionValues,
  settings: Settings,
  checksLogins: boolean,
  loopback: boolean,
): Pick<ListenerSettings, 'anonymous' | 'anonymousReason'> {
  const here = anonymousRules.get(values.optionalText('allow_anonymous') ?? '');
  if (here !== undefined) return { anonymous: here, anonymousReason: 'said_here' };
  const forAll = anonymousRules.get(settings.optionalText('allow_anonymous') ?? '');
  if (forAll !== undefined) return { anonymous: forAll, anonymousReason: 'said_for_all' };
  if (checksLogins) return { anonymous: 'deny', anonymousReason: 'logins_configured' };
  return loopback
    ? { anonymous: 'allow', anonymousReason: 'loopback' }
    : { anonymous: 'deny', anonymousReason: 'not_loopback' };
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
  const requires = (because: string, ...oneOf: readonly string[]): void => {
    const given = values.get(because);
    if (given.origin.kind === 'default' || given.value === false) return;
    if (oneOf.some((wanted) => values.get(wanted).value !== undefined)) return;
    const wanted = oneOf.map((each) => `listeners.${name}.${each}`).join(' or ');
    problems.push({ origin: given.origin, text: `${given.path} needs ${wanted} as well` });
  };
  requires('certificate_file', 'key_file');
  requires('key_file', 'certificate_file');
  requires('key_passphrase', 'key_file', 'certificate_folder');
  requires('request_certificate', 'ca_file', 'ca_path');
  requires('require_certificate', 'ca_file', 'ca_path');
  requires('crl_file', 'ca_file', 'ca_path');
  requires('psk_hint', 'psk_file');
  requires('psk_form', 'psk_file');
  requires('psk_delimiter', 'psk_file');
  if (transport === 'unix' && values.get('socket').value === undefined) {
    problems.push({
      origin: anyOrigin(values),
      text: `listeners.${name}.socket is missing; a Unix socket needs a path`,
    });
  }
}

/** A listener without the limits that it was given would be open to more than anybody wants. */
function checkZone({ values }: ListenerSettings, { zones }: Settings, problems: ConfigProblem[]): void {
  const { value: zone, path, origin } = values.get('zone');
  if (typeof zone !== 'string' || zones.has(zone)) return;
  const near = nearest(zone, zones.keys());
  const hint = near === undefined ? `write zones.${zone} with what holds there` : `did you mean ${near}?`;
  problems.push({ origin, text: `${path}: there is no zone ${JSON.stringify(zone)}; ${hint}` });
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
