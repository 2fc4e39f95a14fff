/** From `listener` lines and the options behind them to the entries of `listeners`. */

import type { ConfListener, Given, Section } from './conf.ts';
import { listenerDefaults } from './defaults.ts';
import type { Translation } from './translation.ts';

const PORT = 1883;
const PORT_MAX = 65_535;
const NAME_LENGTH_MAX = 32;

/** A listener under the name that its entry has. */
export interface NamedListener {
  readonly name: string;
  readonly listener: ConfListener;
}

/**
 * Sets what listeners have besides logins.
 * @param ports of `-p`, which count where the file has no listener
 * @returns none where only this machine can connect (`isLocal`)
 */
export function translateListeners(
  translation: Translation,
  ports: readonly number[],
): { listeners: NamedListener[]; isLocal: boolean } {
  const { conf } = translation;
  const written = hasDefaultListener(translation) ? [conf.defaultListener, ...conf.listeners] : conf.listeners;
  const taken = new Set<string>();
  const listeners: NamedListener[] = [];
  if (written.length === 0) {
    for (const port of ports.length === 0 ? [PORT] : ports) {
      const name = freeName(`local-${port}`, taken);
      listeners.push({ name, listener: conf.defaultListener });
      setDefaults(translation, name);
      for (const [option, value] of Object.entries({ transport: 'tcp', host: 'localhost', port })) {
        translation.byDefault(`listeners.${name}.${option}`, value);
      }
    }
    return { listeners, isLocal: true };
  }
  for (const listener of written) {
    const place = placeOf(translation, listener);
    if (place === undefined) continue;
    const name = freeName(place.socket === undefined ? `listener-${place.port}` : 'socket', taken);
    listeners.push({ name, listener });
    setDefaults(translation, name);
    translateListener(translation, name, listener, place);
  }
  return { listeners, isLocal: false };
}

/** Options before any `listener` line describe one only when they say something that is not so anyway. */
function hasDefaultListener({ conf }: Translation): boolean {
  const { options, security, plugins } = conf.defaultListener;
  const usual = new Map<string, unknown>([
    ['max_connections', -1],
    ['max_qos', 2],
    ['protocol', 'mqtt'],
    ['max_topic_alias', 10],
  ]);
  for (const { keyword, value } of options.each()) {
    if (value !== false && usual.get(keyword.name) !== value) return true;
  }
  if (plugins.length > 0) return true;
  return ['acl_file', 'password_file', 'psk_file'].some((name) => security.get(name) !== undefined);
}

function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`;
  taken.add(name);
  return name.slice(0, NAME_LENGTH_MAX);
}

interface Place {
  readonly port: number;
  readonly host: string;
  /** Of a Unix socket. */
  readonly socket: string | undefined;
  /** What says so. */
  readonly because: Pick<Given, 'name' | 'origin'>;
}

/** Where a listener listens; undefined where it cannot be said, which has been told. */
function placeOf(translation: Translation, { words, origin, options }: ConfListener): Place | undefined {
  const bind = options.get('bind_address');
  const portGiven = options.get('port');
  const network = options.get('bind_interface');
  const domain = options.get('socket_domain');
  const anywhere = domain?.value === 'ipv4' ? '0.0.0.0' : domain?.value === 'ipv6' ? '::' : '*';
  const ofInterface = network === undefined ? undefined : interfaceAddress(translation, network, domain?.value);
  if (network !== undefined && ofInterface === undefined) return undefined;
  if (words === undefined) {
    const because = portGiven ?? bind ?? network ?? [...options.each()][0] ?? { name: 'port', origin };
    const host = String(bind?.value ?? ofInterface ?? anywhere);
    return { port: Number(portGiven?.value ?? PORT), host, socket: undefined, because };
  }
  const because = { name: 'listener', origin };
  const [portText = '', ...rest] = words;
  const address = rest.join(' ');
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : Number.NaN;
  if (port === 0 && address !== '') return { port, host: '', socket: address, because };
  if (!(port >= 1 && port <= PORT_MAX)) {
    translation.problem(
      origin,
      `Invalid listener value (${portText}); allowed: a port from 1 to ${PORT_MAX}, or 0 and the path of a socket`,
    );
    return undefined;
  }
  if (portGiven !== undefined) translation.problem(portGiven.origin, 'port has no meaning behind a listener line');
  return { port, host: String(address || (bind?.value ?? ofInterface ?? anywhere)), socket: undefined, because };
}

function interfaceAddress(translation: Translation, network: Given, domain: unknown): string | undefined {
  const addresses = translation.world.addressesOf(String(network.value));
  const isWanted = (address: string): boolean => domain === undefined || address.includes(':') === (domain === 'ipv6');
  const found = addresses.find((address) => !address.includes(':') && isWanted(address)) ?? addresses.find(isWanted);
  if (found === undefined)
    translation.problem(network.origin, `Unable to use bind_interface ${network.value}: it has no address`);
  return found;
}

function setDefaults(translation: Translation, name: string): void {
  for (const [option, value] of Object.entries(listenerDefaults)) {
    translation.byDefault(`listeners.${name}.${option}`, value);
  }
  const noDelay = translation.conf.general.get('set_tcp_nodelay');
  if (noDelay !== undefined) translation.set(`listeners.${name}.no_delay`, noDelay.value, noDelay);
}

function translateListener(translation: Translation, name: string, listener: ConfListener, place: Place): void {
  const { options } = listener;
  const { because, port, host, socket } = place;
  const path = (option: string): string => `listeners.${name}.${option}`;
  translation.setAll(options, name);
  translation.remark(options);
  const mountPoint = options.get('mount_point');
  if (mountPoint !== undefined && listener.words === undefined) {
    translation.problem(mountPoint.origin, 'mount_point needs a listener line before it');
  }
  if (mountPoint !== undefined) translation.set(path('mountpoint'), mountPoint.value, mountPoint);
  const isSecure = translateTls(translation, name, options);
  const isWeb = options.get('protocol')?.value === 'websockets';
  if (socket !== undefined) {
    if (isSecure || isWeb) translation.problem(because.origin, 'A Unix socket speaks MQTT without TLS and WebSocket');
    translation.set(path('transport'), 'unix', because);
    translation.set(path('socket'), socket, because);
    // As there: who may connect is who may enter the folder.
    translation.byDefault(path('socket_mode'), '666');
    return;
  }
  const transport = isWeb ? (isSecure ? 'wss' : 'ws') : isSecure ? 'tls' : 'tcp';
  translation.set(path('transport'), transport, options.get('protocol') ?? because);
  translation.set(path('host'), host, because);
  translation.set(path('port'), port, because);
  const folder = options.get('http_dir');
  if (!isWeb) {
    if (folder !== undefined) translation.warn(folder.origin, 'http_dir has no effect without protocol websockets');
    return;
  }
  // There every path and every origin is good enough.
  translation.byDefault(path('path'), '*');
  translation.byDefault(path('origins'), ['*']);
  if (folder !== undefined) translation.set(path('http_dir'), folder.value, folder);
}

/** Sets what is given of TLS; false for a listener without. */
function translateTls(translation: Translation, name: string, options: Section): boolean {
  const certificate = options.get('certfile');
  const key = options.get('keyfile');
  const hint = options.get('psk_hint');
  if (hint !== undefined && certificate !== undefined) {
    translation.problem(hint.origin, 'psk_hint and certfile exclude each other; give each a listener of its own');
    return true;
  }
  const one = certificate ?? key;
  if (one !== undefined && (certificate === undefined || key === undefined)) {
    const other = certificate === undefined ? 'certfile' : 'keyfile';
    translation.problem(
      one.origin,
      `${one.name} needs ${other} as well; without both the listener would not be encrypted`,
    );
  }
  const isSecure = one !== undefined || hint !== undefined;
  const setPath = (keyword: string, option: string): void => {
    const given = options.get(keyword);
    if (given !== undefined) translation.set(`listeners.${name}.${option}`, given.value, given);
  };
  if (!isSecure) {
    refusePlain(translation, options);
    return false;
  }
  setPath('certfile', 'certificate_file');
  setPath('keyfile', 'key_file');
  setPath('ciphers', 'ciphers');
  setPath('ciphers_tls1.3', 'ciphers_tls13');
  setPath('dhparamfile', 'dh_file');
  setPath('psk_hint', 'psk_hint');
  translateVersion(translation, name, options.get('tls_version'));
  translateClientCertificates(translation, name, options);
  // Otherwise whoever has no key could take a cipher that needs none.
  if (hint !== undefined && options.get('ciphers') === undefined) {
    translation.byDefault(`listeners.${name}.ciphers`, 'PSK', hint.origin);
  }
  return true;
}

function translateVersion(translation: Translation, name: string, given: Given | undefined): void {
  if (given === undefined) return;
  const isOld = given.value === 'tlsv1.1' || given.value === 'tlsv1';
  if (isOld) {
    const oldest = 'TLS 1.1, which can be broken, is the oldest that is accepted; tlsv1.2 is safe';
    translation.warn(given.origin, `tls_version ${given.value}: ${oldest}`);
  }
  translation.set(`listeners.${name}.tls_version_min`, isOld ? '1.1' : String(given.value).slice('tlsv'.length), given);
}

/** Where no certificate is required none is asked for, whatever authorities are named. */
function translateClientCertificates(translation: Translation, name: string, options: Section): void {
  const required = options.get('require_certificate');
  const crl = options.get('crlfile');
  if (required?.value !== true) {
    if (crl !== undefined) translation.warn(crl.origin, 'crlfile has no meaning without require_certificate true');
    return;
  }
  const authorities = [options.get('cafile'), options.get('capath')] as const;
  if (authorities.every((given) => given === undefined)) {
    translation.problem(required.origin, 'require_certificate needs cafile or capath as well');
  }
  const [file, folder] = authorities;
  if (file !== undefined) translation.set(`listeners.${name}.ca_file`, file.value, file);
  if (folder !== undefined) translation.set(`listeners.${name}.ca_path`, folder.value, folder);
  translation.set(`listeners.${name}.require_certificate`, true, required);
  if (crl !== undefined) translation.set(`listeners.${name}.crl_file`, crl.value, crl);
}

/** What demands TLS must not be passed over where there is none. */
function refusePlain(translation: Translation, options: Section): void {
  const required = options.get('require_certificate');
  if (required?.value === true) {
    translation.problem(
      required.origin,
      'require_certificate needs certfile and keyfile as well; the listener would not be encrypted',
    );
  }
  for (const keyword of ['cafile', 'capath', 'crlfile', 'ciphers', 'ciphers_tls1.3', 'dhparamfile', 'tls_version']) {
    const given = options.get(keyword);
    if (given !== undefined) {
      translation.warn(
        given.origin,
        `${given.name} has no effect: without certfile and keyfile the listener is not encrypted`,
      );
    }
  }
}
