/** The rows of the login chain and the permission chain themselves; the sources they ask have sections of their own. */

import { defaultBrokerOptions as broker } from '../../broker/options.ts';
import type { OptionRow } from '../../ports/option.ts';

/** Who publishes and subscribes here without being a client of a listener. */
const notClients: readonly string[] = ['bridges', 'api'];

export const chainRows: readonly OptionRow[] = [
  {
    name: 'logins.refusal_code',
    type: { kind: 'one-of', values: ['bad_credentials', 'not_authorized'] },
    default: 'bad_credentials',
    reloadable: false,
    sentence:
      'What a client is told whose login is refused or that nobody knows: "bad user name or password" (0x86, before ' +
      'MQTT 5 code 4) or "not authorized" (0x87, code 5).',
  },
  {
    name: 'logins.require_credentials',
    type: { kind: 'boolean' },
    default: false,
    reloadable: false,
    sentence:
      'Whether a client that shows nothing, neither user name and password nor a certificate, is refused before any ' +
      'source is asked and whatever allow_anonymous says, where a source of logins is configured.',
  },
  {
    name: 'logins.slow_checks_max',
    type: { kind: 'integer', min: 1, max: 64 },
    default: 2,
    reloadable: false,
    sentence:
      'Passwords under bcrypt, PBKDF2 or scrypt that are checked at the same time; Node has four threads for this and ' +
      'for the disk, unless UV_THREADPOOL_SIZE says otherwise.',
  },
  {
    name: 'logins.slow_checks_waiting_max',
    type: { kind: 'integer', min: 1, max: 1_000_000 },
    default: 4096,
    reloadable: false,
    sentence: 'Such checks that wait for their turn; a further login is refused as "server busy" (0x89).',
  },
  {
    name: 'logins.remembered_seconds_max',
    type: { kind: 'duration', min: 0, max: 86_400 },
    default: 60,
    zero: 'every login is checked in full',
    reloadable: false,
    sentence:
      'How long a right password under a slow hash is remembered, so that clients that come back cost nothing; what is ' +
      'remembered is a keyed hash, and a password that was changed is checked again.',
  },
  {
    name: 'logins.remembered_max',
    type: { kind: 'integer', min: 1, max: 10_000_000 },
    default: 10_000,
    reloadable: false,
    sentence: 'Right passwords remembered; the one used longest ago goes when there are more.',
  },
  {
    name: 'permissions.unmatched',
    type: { kind: 'one-of', values: ['allow', 'deny'] },
    default: 'allow',
    reloadable: false,
    sentence: 'What holds when no source of permissions speaks of a topic.',
    emqx: 'acl_nomatch',
  },
  {
    name: 'permissions.sys_readers',
    type: { kind: 'one-of', values: ['this_machine', 'everybody'] },
    default: 'this_machine',
    reloadable: false,
    sentence:
      'Who may subscribe to topics of $SYS where no source of permissions speaks of them, superusers apart: clients on ' +
      'this machine, or everybody for whom permissions.unmatched is allow.',
  },
  {
    name: 'permissions.unchecked',
    type: { kind: 'list', rule: { allowed: notClients.join(', '), test: (text) => notClients.includes(text) } },
    default: [],
    reloadable: false,
    sentence:
      'Who may publish and subscribe without any source being asked: bridges, and callers of the HTTP API and the ' +
      'dashboard (api); Mosquitto never asks about its bridges, and EMQX about neither.',
  },
  {
    name: 'permissions.check_retained_publishers',
    type: { kind: 'boolean' },
    default: broker.checkRetainedPublishers,
    reloadable: false,
    sentence:
      'Whether a retained message is given to a new subscription only while its publisher may still publish it; who it ' +
      'was is kept with the message, so those that were retained before this was switched on are given to everybody.',
    mosquitto: 'check_retain_source',
  },
  {
    name: 'permissions.cache_entries_max',
    type: { kind: 'integer', min: 0, max: 65_536 },
    default: broker.permissionCacheEntriesMax,
    unit: 'topics',
    zero: 'every publish and subscription is asked about',
    reloadable: true,
    sentence: 'Topics whose permissions are remembered for each connection; the oldest goes when there are more.',
    emqx: 'acl_cache_max_size',
  },
  {
    name: 'permissions.cache_seconds_max',
    type: { kind: 'duration', min: 0, max: 86_400 },
    default: broker.permissionCacheSecondsMax,
    zero: 'nothing is remembered',
    reloadable: true,
    sentence:
      'How long they are remembered, which is how long a change in a database may go unnoticed; changes that the broker ' +
      'itself makes or reads hold at once.',
    emqx: 'acl_cache_ttl',
  },
];
