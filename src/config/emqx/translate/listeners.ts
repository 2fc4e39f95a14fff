/** Listeners: `listener.ssl.external` becomes the listener `ssl-external`, with what its zone says about its clients. */

import { nativeName } from '../key-row.ts';
import { keyOf } from '../key-table.ts';
import type { Address } from '../key-values.ts';
import { listenerKeys } from '../keys/listeners.ts';
import { pskFile } from './psk.ts';
import { spokenVersions } from './tls-versions.ts';
import type { Translation } from './translation.ts';
import { differs, nativeZones, zoneKey } from './zones.ts';

export interface EmqxListener {
  /** `tcp`, `ssl`, `ws` or `wss`. */
  readonly protocol: string;
  /** As the operator wrote it. */
  readonly name: string;
  /** The name of the native listener. */
  readonly native: string;
  readonly zone: string;
}

const transports: ReadonlyMap<string, string> = new Map([
  ['tcp', 'tcp'],
  ['ssl', 'tls'],
  ['ws', 'ws'],
  ['wss', 'wss'],
]);

/** Those that have an address. */
export function listenersOf(translation: Translation): EmqxListener[] {
  const { keys } = translation;
  const listeners: EmqxListener[] = [];
  const taken = new Set<string>();
  for (const { rest } of keys.under('listener')) {
    const [protocol = '', name = '', ...more] = rest;
    if (more.length > 0 || !transports.has(protocol)) continue;
    const native = nativeName(`${protocol}-${name}`, taken);
    listeners.push({ protocol, name, native, zone: keys.text(keyOf(['listener', protocol, name, 'zone'])) ?? '' });
  }
  return listeners;
}

export function translateListeners(translation: Translation, listeners: readonly EmqxListener[]): void {
  const zones = nativeZones(listeners.map(({ zone }) => zone));
  // The broker then opens its own, to which the switch belongs as much.
  if (listeners.length === 0) translation.set('allow_anonymous', ...anonymous(translation, 'allow_anonymous'));
  for (const listener of listeners) {
    const { protocol, name, native, zone } = listener;
    const lead = ['listener', protocol, name];
    translation.follow(listenerKeys, lead, new Map([['listener', native]]));
    const one = new OneListener(translation, listener);
    one.address();
    one.accessRules();
    one.identities();
    if (protocol === 'ssl' || protocol === 'wss') one.security();
    if (protocol === 'ws' || protocol === 'wss') one.origins();
    one.zone(zone);
    const section = zones.get(zone) ?? '';
    if (differs(translation, section)) one.inZone(section);
  }
}

/** What a key says about clients that nobody knows, and that key where it is written. */
function anonymous({ keys }: Translation, key: string): [value: 'true' | 'false', key?: string] {
  const value = keys.text(key) === 'true' ? 'true' : 'false';
  return keys.isWritten(key) ? [value, key] : [value];
}

class OneListener {
  readonly #translation: Translation;
  readonly #listener: EmqxListener;

  constructor(translation: Translation, listener: EmqxListener) {
    this.#translation = translation;
    this.#listener = listener;
  }

  /** A key of the listener. */
  #key(option: string): string {
    const { protocol, name } = this.#listener;
    return option === '' ? keyOf(['listener', protocol, name]) : `${keyOf(['listener', protocol, name])}.${option}`;
  }

  /** Sets an option of the native listener. */
  #set(option: string, value: boolean | number | string | readonly string[], key?: string): void {
    const written = key !== undefined && this.#translation.keys.isWritten(key) ? key : undefined;
    this.#translation.set(`listeners.${this.#listener.native}.${option}`, value, written);
  }

  address(): void {
    const key = this.#key('');
    const { host, port } = this.#translation.keys.get(key) as Address;
    this.#set('transport', transports.get(this.#listener.protocol) ?? 'tcp', key);
    // As in EMQX, a port alone is that of all IPv4 addresses.
    this.#set('host', host ?? '0.0.0.0', key);
    this.#set('port', port, key);
  }

  /** `access.1`, `access.2` and so on: the smallest number is looked at first. */
  accessRules(): void {
    const { protocol, name } = this.#listener;
    const rules = this.#translation.keys
      .under('listener', protocol, name, 'access')
      .sort((one, other) => Number(one.rest[0]) - Number(other.rest[0]));
    const texts = rules.map(({ written }) => written.text.replace(/\s+/g, ' '));
    const last = rules.at(-1)?.written.key;
    if (last !== undefined) this.#set('access', texts, last);
  }

  /** Below TLS the certificate is that of which the proxy tells. */
  identities(): void {
    const { keys } = this.#translation;
    const isPlain = this.#listener.protocol === 'tcp' || this.#listener.protocol === 'ws';
    for (const option of ['peer_cert_as_username', 'peer_cert_as_clientid']) {
      const key = this.#key(option);
      if (keys.isWritten(key) && isPlain) this.#set('proxy_certificates', true, key);
    }
  }

  security(): void {
    const { keys } = this.#translation;
    const verify = this.#key('verify');
    const authority = this.#key('cacertfile');
    const isVerified = keys.text(verify) === 'verify_peer';
    const required = this.#key('fail_if_no_peer_cert');
    if (isVerified && keys.isWritten(authority)) {
      this.#set('ca_file', keys.text(authority) ?? '', authority);
      this.#set('request_certificate', true, verify);
      if (keys.flag(required)) this.#set('require_certificate', true, required);
    } else if (isVerified) {
      this.#translation.problem(verify, `verify_peer needs ${authority} as well, by which clients are known`);
    } else if (keys.flag(required)) {
      this.#translation.problem(required, `needs ${verify} = verify_peer; without it no certificate is asked for`);
    }
    this.#versions();
    this.#ciphers();
    if (!keys.isWritten(this.#key('certfile')) && keys.isWritten(this.#key(''))) {
      this.#translation.warn(
        keys.originOf(this.#key('')),
        `${this.#key('')}: has no certfile, so the broker makes a certificate of its own`,
      );
    }
  }

  #versions(): void {
    const key = this.#key('tls_versions');
    const known = spokenVersions(this.#translation, key);
    if (known.length === 0) return;
    this.#set('tls_version_min', known.includes('tlsv1.2') ? '1.2' : '1.3', key);
    if (!known.includes('tlsv1.3')) this.#set('tls_version_max', '1.2', key);
  }

  #ciphers(): void {
    const { keys } = this.#translation;
    const shared = this.#key('psk_ciphers');
    const key = keys.isWritten(shared) ? shared : this.#key('ciphers');
    if (keys.isWritten(shared) && keys.isWritten(this.#key('ciphers'))) {
      this.#translation.problem(shared, 'and ciphers exclude each other; write one of them');
      return;
    }
    if (key === shared) {
      const file = pskFile(this.#translation, shared);
      if (file === undefined) return;
      this.#set('psk_file', file, shared);
      this.#set('psk_form', 'text', shared);
      this.#set('psk_delimiter', keys.text('psk.file.delimiter') ?? ':', 'psk.file.delimiter');
      this.#set('tls_version_min', '1.2', shared);
      this.#set('tls_version_max', '1.2', shared);
    }
    const ciphers = keys.list(key);
    const older = ciphers.filter((cipher) => !cipher.startsWith('TLS_'));
    const newer = ciphers.filter((cipher) => cipher.startsWith('TLS_'));
    if (older.length > 0) this.#set('ciphers', older.join(':'), key);
    if (newer.length > 0) this.#set('ciphers_tls13', newer.join(':'), key);
  }

  origins(): void {
    const { keys } = this.#translation;
    const isChecked = keys.flag(this.#key('check_origin_enable'));
    const key = this.#key(isChecked ? 'check_origins' : 'check_origin_enable');
    this.#set('origins', isChecked ? keys.list(key) : ['*'], key);
    if (isChecked && keys.list(key).length === 0) {
      this.#translation.problem(this.#key('check_origin_enable'), `needs ${this.#key('check_origins')} as well`);
    }
  }

  zone(zone: string): void {
    const { keys } = this.#translation;
    const named = (name: string): string => zoneKey(this.#translation, zone, name);
    this.#set('qos_max', keys.number(named('max_qos_allowed')) ?? 2, named('max_qos_allowed'));
    this.#set(
      'topic_aliases_max',
      Math.min(65_535, keys.number(named('max_topic_alias')) ?? 0),
      named('max_topic_alias'),
    );
    // 2.3 wrote it for each listener.
    const own = this.#key('mountpoint');
    const from = keys.isWritten(own) ? own : named('mountpoint');
    const mountpoint = keys.text(from);
    if (mountpoint !== undefined) this.#mountpoint(mountpoint, from);
    this.#set('allow_anonymous', ...anonymous(this.#translation, named('allow_anonymous')));
    this.#set('check_logins', !keys.flag(named('bypass_auth_plugins')), named('bypass_auth_plugins'));
    // EMQTT 2.3 had no such switch: permissions were always checked.
    const isChecked = keys.flag(named('enable_acl')) || this.#translation.home.legacy;
    this.#set('check_permissions', isChecked, named('enable_acl'));
    if (keys.flag(named('use_username_as_clientid'))) {
      this.#set('client_id_from', 'username', named('use_username_as_clientid'));
    }
  }

  /** Names the zone's section. */
  inZone(section: string): void {
    this.#set('zone', section, this.#key('zone'));
  }

  /** Topics of clients are kept apart by it, so that what cannot be done must not be passed over. */
  #mountpoint(mountpoint: string, key: string): void {
    if (mountpoint.includes('${')) {
      this.#translation.problem(key, 'has a placeholder that EMQX 4 has not; allowed: %c and %u');
      return;
    }
    this.#set('mountpoint', mountpoint, key);
  }
}
