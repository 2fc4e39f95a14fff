/** Options of every kind, as the management API shows them, and changes of them. */

const of = (path, type, value, sentence, rest = {}) => ({
  path,
  type,
  value,
  default: value,
  isDefault: true,
  origin: 'default',
  sentence,
  allowedText: '',
  reloadable: true,
  secret: type === 'secret',
  changed: false,
  editable: true,
  ...rest,
});

const few = [
  of(
    'allow_anonymous',
    'one-of',
    undefined,
    'Whether clients may connect that no source of logins knows, on every listener that does not say it for itself; without_username lets in those that claim no user name; a client whose login was refused is never let in.',
    {
      allowed: ['true', 'false', 'without_username'],
      unset:
        'true on listeners that only this machine can reach and for which no source of logins is configured, false on all others',
    },
  ),
  of(
    'data.dir',
    'path',
    '/var/lib/hoopoe',
    'Folder of everything the broker keeps, such as the certificates it makes; created with mode 0700.',
    {
      editable: false,
      fixed: 'process',
      reloadable: false,
      isDefault: false,
      origin: '--data-dir',
      default: undefined,
    },
  ),
  of(
    'log.types',
    'list',
    'error, warning',
    'The kinds of lines that are logged, one by one, in place of log.level: error, warning, notice (clients that come and go), information, debug, subscribe, unsubscribe, websockets, internal, all or none; empty for those of log.level.',
    { values: ['error', 'warning'], default: '', isDefault: false, origin: 'settings.yaml:2', changed: true },
  ),
  of(
    'log.level',
    'one-of',
    'info',
    'Least important kind of line that is logged; -v on the command line means debug.',
    {
      allowed: ['debug', 'info', 'warn', 'error'],
    },
  ),
  of(
    'limits.sessions_max',
    'integer',
    '1000000',
    'Sessions kept, those of absent clients included; a further client is refused with 0x97.',
    {
      number: 1_000_000,
      min: 1,
      max: 10_000_000,
      isDefault: false,
      origin: 'hoopoe.yaml:12',
    },
  ),
  of(
    'limits.packet_bytes_max',
    'size',
    '1MB',
    'Largest packet accepted; MQTT 5 clients are told it as Maximum Packet Size, and a larger one disconnects.',
    { number: 1_048_576, min: 1024, max: 268_435_460, reloadable: false, pending: '2MB', changed: true },
  ),
  of(
    'limits.connect_seconds_max',
    'duration',
    '15s',
    'Time from the connection to the end of the login; a connection that takes longer is closed.',
    {
      number: 15,
      min: 1,
      max: 3600,
      isDefault: false,
      origin: 'HOOPOE_LIMITS__CONNECT_SECONDS_MAX',
      editable: false,
      fixed: 'overruled',
    },
  ),
  of('mqtt.retain_available', 'boolean', 'true', 'Whether clients may publish retained messages.', {
    reloadable: false,
  }),
  of('webhook.authorization', 'secret', undefined, 'Value of the header Authorization, such as "Bearer …".', {
    unset: 'no such header is sent',
  }),
];

/** @returns some options with real sentences, and as many more as a broker has */
export function makeSettings() {
  const more = Array.from({ length: 70 }, (_, index) =>
    of(
      `listeners.line-${Math.floor(index / 10)}.connections_max`.replace(
        'connections_max',
        index % 10 === 0 ? 'port' : `limit_${index % 10}`,
      ),
      'integer',
      String(index),
      'Connections that are open at a time; a further one is closed at once.',
      { number: index, min: 0, max: 65_535, zero: 'no limit' },
    ),
  );
  return [...few, ...more];
}

/** Options of a section that there is not yet, one of each kind, as the API tells them. */
export function sectionOptions(collection) {
  const inside = {
    listeners: [
      [
        'host',
        'string',
        'localhost',
        'Address to listen on; localhost means both loopback addresses, * all addresses.',
      ],
      ['port', 'integer', undefined, 'Port to listen on; 0 takes a free one.', { min: 0, max: 65_535 }],
    ],
    access: [
      ['builtin.password_hash', 'one-of', 'scrypt', 'How passwords are kept.', { allowed: ['scrypt', 'pbkdf2'] }],
      ['builtin.scram', 'boolean', 'true', 'Whether clients may log in with SCRAM.'],
      ['answer_seconds_max', 'duration', '20s', 'Time for one answer.', { number: 20, min: 0.1, max: 600 }],
      ['builtin.bootstrap_users', 'path', undefined, 'File of users.', { editable: false, fixed: 'path' }],
    ],
    bridges: [
      [
        'addresses',
        'list',
        undefined,
        'Addresses of the other broker; with several the next one is tried when one fails.',
      ],
      ['topics', 'list', '', 'What crosses: a filter, in, out or both, the QoS, and what is put before or taken away.'],
      ['password', 'secret', undefined, 'Password there.'],
    ],
  };
  return inside[collection].map(([name, type, value, sentence, rest]) =>
    of(`${collection}.NAME.${name}`, type, value, sentence, rest),
  );
}

/** What changes would do, as the API answers. */
export function checkChanges(settings, changes) {
  const results = [];
  const refused = [];
  for (const [path, value] of Object.entries(changes)) {
    const setting = settings.find((one) => one.path === path);
    const isWrong = typeof value === 'number' && (value < setting.min || value > setting.max);
    if (isWrong)
      refused.push({ path, code: 'wrong_value', message: `got ${value}; allowed: ${setting.min} to ${setting.max}` });
    else results.push({ path, outcome: setting.reloadable ? 'applied' : 'needs_restart', value: String(value) });
  }
  return { ok: refused.length === 0, problems: refused.map(({ message }) => message), results, refused };
}

export function applyChanges(settings, changes) {
  for (const [path, value] of Object.entries(changes)) {
    const setting = settings.find((one) => one.path === path);
    Object.assign(setting, { changed: value !== null, origin: 'settings.yaml:3' });
    if (setting.reloadable)
      Object.assign(setting, { value: String(value ?? setting.default), isDefault: value === null });
    else setting.pending = value === null ? undefined : String(value);
  }
}
