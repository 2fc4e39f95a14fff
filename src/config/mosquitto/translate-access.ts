/** From the options of logins and permissions to the sources of `access`, and to who may come in that nobody knows. */

import { basename } from 'node:path';
import { defaultOrigin, type Origin } from '../error.ts';
import { quoted } from '../value.ts';
import type { ConfPlugin, Given, Section } from './conf.ts';
import type { NamedListener } from './translate-listeners.ts';
import type { Translation } from './translation.ts';

/** What a listener's clients are asked by. */
interface Scope {
  readonly security: Section;
  readonly plugins: readonly ConfPlugin[];
  /** Ends the names of its sources. */
  readonly suffix: string;
  /** Whose clients the sources are asked about; undefined for all. */
  readonly listeners: readonly string[] | undefined;
}

interface Sources {
  /** Names, in the order in which they are asked. */
  readonly names: string[];
  /** The one that reads a password_file, which a client with a certificate for a name is not asked for. */
  readonly passwords: string | undefined;
  /** Whether somebody checks passwords. */
  readonly checksLogins: boolean;
}

/** @param isLocal no listener is configured, so that only this machine can connect */
export function translateAccess(translation: Translation, listeners: readonly NamedListener[], isLocal: boolean): void {
  const { conf } = translation;
  if (!conf.isPerListener) {
    const scope: Scope = { security: conf.security, plugins: conf.plugins, suffix: '', listeners: undefined };
    const sources = translateSources(translation, scope);
    for (const listener of listeners) translateListenerAccess(translation, listener, conf.security, sources, isLocal);
    return;
  }
  for (const named of listeners) {
    const { name, listener } = named;
    const { security, plugins } = listener;
    const sources = translateSources(translation, { security, plugins, suffix: `-${name}`, listeners: [name] });
    translateListenerAccess(translation, named, security, sources, isLocal);
  }
}

function translateSources(translation: Translation, { security, plugins, suffix, listeners }: Scope): Sources {
  const names: string[] = [];
  const add = (base: string, option: string, value: string, given: Pick<Given, 'name' | 'origin'>): string => {
    let name = `${base}${suffix}`;
    for (let number = 2; names.includes(name); number++) name = `${base}${number}${suffix}`;
    translation.set(`access.${name}.${option}`, value, given);
    if (listeners !== undefined) translation.set(`access.${name}.listeners`, listeners, given);
    names.push(name);
    return name;
  };
  const passwordFile = security.get('password_file');
  const passwords = passwordFile && add('users', 'password_file.file', String(passwordFile.value), passwordFile);
  const aclFile = security.get('acl_file');
  if (aclFile !== undefined) {
    const name = add('acl', 'acl_file.file', String(aclFile.value), aclFile);
    // Nobody may do anything then, and that is how an empty file has always been read.
    translation.byDefault(`access.${name}.acl_file.allow_empty`, true, aclFile.origin);
  }
  let checksLogins = passwords !== undefined;
  for (const plugin of plugins) {
    const file = dynamicSecurityFile(translation, plugin);
    if (file === undefined) continue;
    checksLogins = true;
    add('dynsec', 'dynamic_security.file', String(file.value), file);
  }
  translation.remark(security);
  return { names, passwords, checksLogins };
}

/** The file of the one plugin that is known; whatever else was to be loaded may have kept strangers out. */
function dynamicSecurityFile(translation: Translation, plugin: ConfPlugin): Given | undefined {
  const name = basename(plugin.path.replaceAll('\\', '/'));
  if (!/^(lib)?mosquitto_dynamic_security\b/.test(name)) {
    const why = 'plugins of Mosquitto cannot be loaded, and without it clients might be let in that it refuses';
    const instead = 'remove the line, and configure a source of access instead (docs/migrate-from-mosquitto.md)';
    translation.problem(plugin.origin, `Unable to load plugin ${quoted(plugin.path)}: ${why}; ${instead}`);
    return undefined;
  }
  const file = plugin.options.get('config_file');
  if (file !== undefined) return file;
  translation.problem(plugin.origin, 'The dynamic security plugin needs a line plugin_opt_config_file FILE behind it');
  return undefined;
}

function translateListenerAccess(
  translation: Translation,
  { name, listener }: NamedListener,
  security: Section,
  sources: Sources,
  isLocal: boolean,
): void {
  const path = (option: string): string => `listeners.${name}.${option}`;
  const identity = identityOf(translation, listener.options);
  const allow = security.get('allow_anonymous');
  const isAllowed = allow === undefined ? isLocal : allow.value === true;
  const rule = !isAllowed || identity !== undefined ? 'false' : sources.checksLogins ? 'without_username' : 'true';
  setOrDefault(translation, path('allow_anonymous'), rule, allow);
  const zeroLength = security.get('allow_zero_length_clientid');
  if (zeroLength !== undefined) translation.set(path('empty_client_ids'), zeroLength.value, zeroLength);
  const prefix = security.get('auto_id_prefix');
  if (prefix !== undefined) translation.set(path('assigned_client_id_prefix'), prefix.value, prefix);
  const byUsername = listener.options.get('use_username_as_clientid');
  if (byUsername?.value === true) translation.set(path('client_id_from'), 'username', byUsername);
  translatePsk(translation, name, listener.options, security);
  if (identity === undefined) return;
  translation.set(path('username_from'), identity.name, identity.given);
  const shown = `${identity.kind}-${name}`;
  translation.set(`access.${shown}.type`, identity.kind, identity.given);
  translation.set(`access.${shown}.listeners`, [name], identity.given);
  translation.set(`access.${shown}.order`, 0, identity.given);
  if (identity.kind === 'x509') translation.set(`access.${shown}.x509.username`, identity.name, identity.given);
  // Whoever goes by a certificate is not asked for a password.
  const others = sources.names.filter((source) => source !== sources.passwords);
  translation.set(path('sources'), [shown, ...others], identity.given);
}

interface Identity {
  readonly kind: 'x509' | 'psk';
  /** What becomes the user name. */
  readonly name: 'common_name' | 'subject' | 'psk_identity';
  readonly given: Given;
}

function identityOf(translation: Translation, options: Section): Identity | undefined {
  const byIdentity = options.get('use_identity_as_username');
  const bySubject = options.get('use_subject_as_username');
  const isSubject = bySubject?.value === true;
  const given = isSubject ? bySubject : byIdentity?.value === true ? byIdentity : undefined;
  if (given === undefined) return undefined;
  const isKey = options.get('psk_hint') !== undefined;
  const isSecure = isKey || (options.get('certfile') !== undefined && options.get('keyfile') !== undefined);
  // As in Mosquitto, there is nothing to go by on a listener without TLS.
  if (!isSecure) {
    translation.warn(given.origin, `${given.name} has no effect: the listener is not encrypted`);
    return undefined;
  }
  if (isKey) return isSubject ? undefined : { kind: 'psk', name: 'psk_identity', given };
  if (options.get('require_certificate')?.value !== true) {
    translation.warn(
      given.origin,
      `${given.name} refuses everybody without require_certificate true: no certificate is asked for`,
    );
  }
  return { kind: 'x509', name: isSubject ? 'subject' : 'common_name', given };
}

/** Keys are the listener's; with a file of them no TLS listener speaks TLS 1.3. */
function translatePsk(translation: Translation, name: string, options: Section, security: Section): void {
  const file = security.get('psk_file');
  const hint = options.get('psk_hint');
  if (hint !== undefined && file === undefined) {
    translation.problem(hint.origin, 'psk_hint needs psk_file as well; nobody could connect without keys');
    return;
  }
  if (file === undefined) return;
  const isSecure = hint !== undefined || options.get('certfile') !== undefined;
  if (hint !== undefined) translation.set(`listeners.${name}.psk_file`, file.value, file);
  if (isSecure) translation.set(`listeners.${name}.tls_version_max`, '1.2', file);
}

function setOrDefault(translation: Translation, path: string, value: string, given: Given | undefined): void {
  const origin: Origin = given?.origin ?? defaultOrigin;
  if (given === undefined) translation.byDefault(path, value, origin);
  else translation.set(path, value, given);
}
