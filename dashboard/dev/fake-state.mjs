/** The broker that the made-up API speaks of. Some of its clients have names that try to be more than text. */

import { makeSettings } from './fake-settings.mjs';

const DAY_MS = 86_400_000;
const hostile = [
  '<img src=x onerror=window.broken=1>',
  '"><script>window.broken=1</script>',
  '{{constructor.constructor("window.broken=1")()}}',
  '__proto__',
  '设备/../../etc',
];

function ago(ms) {
  return new Date(Date.now() - ms).toISOString();
}

function clientOf(index) {
  const clientId = hostile[index] ?? `device-${String(index).padStart(6, '0')}`;
  const connected = index % 7 !== 3;
  return {
    clientId,
    username: index % 3 === 0 ? undefined : (hostile[index - 1] ?? `user${index % 97}`),
    connected,
    address: connected ? `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}` : '',
    port: connected ? 40_000 + (index % 20_000) : 0,
    listener: connected ? 'tcp:default' : '',
    version: connected ? ['3.1.1', '5.0'][index % 2] : undefined,
    superuser: index % 50 === 1,
    keepAliveSeconds: 60,
    cleanStart: index % 2 === 0,
    expirySeconds: index % 2 === 0 ? 0 : 3600,
    connectedAt: connected ? ago(index * 1700) : undefined,
    disconnectedAt: connected ? undefined : ago(index * 900),
    createdAt: ago(index * 1700 + 4000),
    subscriptions: index % 5,
    inflight: index % 3,
    queued: connected ? 0 : index % 400,
    queuedBytes: connected ? 0 : (index % 400) * 120,
    messagesIn: index * 13,
    messagesOut: index * 29,
    bytesIn: index * 1300,
    bytesOut: index * 4100,
    bytesWaiting: 0,
    dropped: index % 11,
    droppedBy: index % 11 > 0 ? { queue_full: index % 11 } : {},
    will: index === 0 ? { topic: hostile[0], bytes: 12, qos: 1, retain: true } : undefined,
  };
}

function subscriptionOf(index) {
  const filter = index < hostile.length ? hostile[index] : `site/${index % 40}/device/${index}/#`;
  const share = index % 9 === 4 ? 'workers' : undefined;
  return {
    clientId: hostile[index] ?? `device-${String(index).padStart(6, '0')}`,
    fullFilter: share === undefined ? filter : `$share/${share}/${filter}`,
    filter,
    share,
    qos: index % 3,
    noLocal: false,
    retainAsPublished: false,
    retainHandling: 0,
    identifier: 0,
  };
}

function retainedOf(index) {
  const topic = index < hostile.length ? hostile[index] : `site/${index % 12}/sensor/${index}/temperature`;
  const text = index < hostile.length ? hostile[index] : JSON.stringify({ celsius: 20 + (index % 10), ok: true });
  return { topic, bytes: text.length, qos: index % 3, publisher: `device-${index}`, payload: { text } };
}

export function overviewOf({ clients, subscriptions, retained, alarms }) {
  const connections = clients.reduce((sum, { connected }) => sum + (connected ? 1 : 0), 0);
  const wave = Math.sin(Date.now() / 9000);
  return {
    connections,
    sessions: clients.length,
    subscriptions: subscriptions.length,
    retained: { messages: retained.length, bytes: retained.length * 90 },
    queued: { messages: 812, bytes: 97_440 },
    rates: {
      messagesIn: 1200 + 300 * wave + Math.random() * 50,
      messagesOut: 4100 + 900 * wave + Math.random() * 80,
      bytesIn: 250_000 + 40_000 * wave,
      bytesOut: 830_000 + 90_000 * wave,
      connects: 4,
      drops: wave > 0.95 ? 7 : 0,
    },
    drops: { queue_full: 1204, expired: 12, not_allowed: 3 },
    store: {
      commits: 9123,
      commitSecondsP50: 0.0021,
      commitSecondsP99: 0.013,
      recordsPerCommit: 41.3,
      bytes: 88_123_456,
    },
    loopDelaySeconds: { p50: 0.0004, p99: 0.0051 + 0.001 * wave, max: 0.041 },
    memoryBytes: 412_345_678 + 9_000_000 * wave,
    cpuPercent: 37.2,
    alarms: alarms.length,
  };
}

/** So many of the made-up clients are connected. */
const CONNECTED_SHARE = 6 / 7;

function historyOf(span, connections) {
  const stepSeconds = span === '24h' ? 60 : 10;
  const length = span === '24h' ? 1440 : 60;
  const series = (base, swing) => Array.from({ length }, (_, index) => base + swing * Math.sin(index / (length / 20)));
  return {
    stepSeconds,
    fromMs: Date.now() - stepSeconds * length * 1000,
    series: {
      connections: series(connections, connections * 0.02),
      messagesIn: series(1200, 300),
      messagesOut: series(4100, 900),
      bytesIn: series(250_000, 40_000),
      bytesOut: series(830_000, 90_000),
      drops: series(0, 0),
      loopDelaySeconds: series(0.005, 0.001),
      memoryBytes: series(412_000_000, 9_000_000),
    },
  };
}

const counts = { allow: 1234, deny: 56, ignore: 7, failed: 0 };

function accessOf() {
  return {
    sources: [
      {
        name: 'builtin',
        kind: 'builtin',
        state: 'ok',
        logins: counts,
        permissions: counts,
        canTest: false,
        hasUsers: true,
      },
      {
        name: 'postgresql',
        kind: 'postgresql',
        state: 'failing',
        error: 'connection refused',
        logins: counts,
        permissions: counts,
        canTest: true,
        hasUsers: false,
      },
    ],
    users: [{ kind: 'username', name: hostile[0], superuser: true, passwordHash: 'scrypt', createdAt: ago(DAY_MS) }],
    permissions: [{ effect: 'allow', action: 'publish', topic: 'site/%u/#', literal: false, createdAt: ago(DAY_MS) }],
    explanation: {
      allowed: true,
      decidedBy: 'builtin',
      steps: [
        {
          source: 'builtin',
          kind: 'builtin',
          answer: 'allow',
          because: 'of all: allow publish site/%u/#',
          decides: true,
        },
      ],
    },
    bans: [{ kind: 'address', value: '203.0.113.0/24', by: 'admin', reason: hostile[0], at: ago(DAY_MS) }],
  };
}

function programOf() {
  return {
    node: {
      name: 'hoopoe@127.0.0.1',
      version: '0.1.0',
      startedAt: ago(3 * DAY_MS),
      uptimeSeconds: 259_200,
      nodeVersion: 'v22.1.0',
      platform: 'linux x64',
      dataDirectory: '/var/lib/hoopoe',
      durability: { mode: 'relaxed', windowSeconds: 0.1 },
    },
    listeners: [
      { name: 'tcp:default', transport: 'tcp', url: 'mqtt://127.0.0.1:1883', state: 'open', connections: 42 },
      { name: 'ws:default', transport: 'ws', url: 'ws://127.0.0.1:8083/mqtt', state: 'stopped', connections: 0 },
      {
        name: 'ssl:default',
        transport: 'tls',
        url: 'mqtts://0.0.0.0:8883',
        state: 'open',
        connections: 3,
        certificate: { subject: 'CN=broker', issuer: 'CN=Hoopoe', expiresAt: ago(-9 * DAY_MS), names: ['localhost'] },
      },
    ],
    bridges: [
      {
        name: 'cloud',
        state: 'connected',
        address: 'mqtts://example.com:8883',
        since: ago(DAY_MS),
        counters: { in: 3, out: 9 },
      },
    ],
    plugins: [
      {
        name: 'builtin_database',
        version: '0.1.0',
        description: 'Users and permissions kept by the broker',
        state: 'running',
        kind: 'builtin',
      },
      {
        name: 'auth_pgsql',
        version: '0.1.0',
        description: 'Logins from PostgreSQL',
        state: 'stopped',
        kind: 'builtin',
      },
      {
        name: 'shout',
        version: '1.0.0',
        description: 'plugins/shout.mjs',
        state: 'running',
        kind: 'file',
        isolated: true,
        memoryBytes: 6_291_456,
        memoryBytesMax: 268_435_456,
        restarts: 1,
        lastError: 'its thread stood still for 10 s',
      },
    ],
    options: [
      {
        name: 'server',
        value: '127.0.0.1:5432',
        default: '127.0.0.1:5432',
        sentence: 'Address and port of the server.',
      },
      { name: 'pool', value: 8, default: 8, sentence: 'Connections kept open.' },
      { name: 'password', secret: true, sentence: 'Password of the login to the server.' },
    ],
    settings: makeSettings(),
  };
}

function recordsOf() {
  return {
    alarms: [
      { name: 'access_source_down/postgresql', message: 'PostgreSQL refuses the connection', activatedAt: ago(60_000) },
    ],
    logs: Array.from({ length: 120 }, (_, index) => ({
      number: index + 1,
      at: ago((120 - index) * 1000),
      level: ['info', 'warn', 'info', 'debug'][index % 4],
      message: 'A client was refused',
      fields: { clientId: hostile[index % hostile.length], address: '10.0.0.9', reason: 'bad_password' },
    })),
    audit: [
      {
        number: 1,
        at: ago(5000),
        who: 'admin',
        kind: 'login',
        address: '127.0.0.1',
        what: `kick of ${hostile[0]}`,
        outcome: 'done',
      },
    ],
    apiKeys: [{ id: 'k1', name: 'grafana', scope: 'read', createdAt: ago(DAY_MS) }],
    logins: [{ name: 'admin', role: 'admin', createdAt: ago(DAY_MS), mustChangePassword: false }],
  };
}

export function makeState(clientCount, password) {
  let packets = 0;
  let lines = 1000;
  return {
    session: undefined,
    password,
    clients: Array.from({ length: clientCount }, (_, index) => clientOf(index)),
    subscriptions: Array.from({ length: clientCount }, (_, index) => subscriptionOf(index)),
    retained: Array.from({ length: 60 }, (_, index) => retainedOf(index)),
    history: (span) => historyOf(span, Math.round(clientCount * CONNECTED_SHARE)),
    ...accessOf(),
    ...programOf(),
    ...recordsOf(),
    nextLog: () => ({ number: ++lines, at: new Date().toISOString(), level: 'info', message: 'A line', fields: {} }),
    nextPacket(query) {
      packets++;
      const filter = query.get('filter');
      const any = packets % 6 === 0 ? hostile[0] : `site/${packets % 5}/sensor/${packets % 17}/temperature`;
      return {
        at: new Date().toISOString(),
        clientId: query.get('clientId') ?? 'device-000001',
        direction: 'in',
        type: 'publish',
        fields: {},
        topic: filter === null || filter.includes('#') ? any : filter,
        qos: 0,
        retain: false,
        payloadBytes: 40,
        payload: { text: JSON.stringify({ celsius: 20 + Math.sin(packets / 5) * 4, humidity: 40 + (packets % 10) }) },
        missed: 0,
      };
    },
  };
}
