/** Renders the rows as the reference of all options, `docs/configuration.md`. Pure: the same rows give the same text. */

import type { OptionRow } from '../ports/option.ts';
import { brokerRows, variableName } from './catalog.ts';
import { accessKinds } from './rows/access/kinds.ts';
import { sectionRows } from './rows/access/section.ts';
import { bridgeRows } from './rows/bridges.ts';
import { listenerRows } from './rows/listeners.ts';
import { pluginRows } from './rows/plugins.ts';
import { zoneRows } from './rows/zones.ts';
import { allowedText, valueText } from './value.ts';

const introduction = `# Configuration

Hoopoe runs without any configuration. What can be configured is in the tables below, which are made from the same rows
that the broker reads with, so they are complete.

An option is given in one of four ways. The first of this list wins:

1. as a flag: \`hoopoe --limits.packet_bytes_max 2MB\`
2. as an environment variable: its name in capitals after \`HOOPOE_\`, with two underscores for a dot, such as
   \`HOOPOE_LIMITS__PACKET_BYTES_MAX=2MB\`. A secret may also come from a file: \`…_FILE=/run/secrets/name\`
3. as a change at run time, through the dashboard or the [API](api.md#settings): it lies in \`settings.yaml\` of the data folder
4. in a file: \`hoopoe -c hoopoe.yaml\`, or the file that \`HOOPOE_CONFIG\` names

\`\`\`yaml
limits:
  packet_bytes_max: 2MB
listeners:
  local: { transport: tcp, host: localhost, port: 1883 }
  public: { transport: tls, host: '*', port: 8883, connections_max: 10000 }
\`\`\`

A mistake in any of them stops the start and is reported with its place; \`hoopoe config check FILE\` only looks.
\`hoopoe config show\` prints every option, its value and where it came from. A relative path begins at the folder of the
file it stands in, otherwise at the working directory. Sizes are bytes or \`64KB\`, \`1MB\`, \`2GB\` (1 KB is 1024 bytes); times are
seconds or \`500ms\`, \`15s\`, \`5m\`, \`2h\`, \`7d\`.

The last columns name the same option in \`mosquitto.conf\` and in EMQX 4's \`emqx.conf\`, where it exists there
(\`$z\` is a zone, \`$l\` a listener).
`;

const listenerIntroduction = `## Listeners

Without listeners in the configuration the broker opens MQTT on port 1883, MQTT over TLS on 8883, WebSocket on 8083 and
WebSocket over TLS on 8084 (path \`/mqtt\`), for this machine only. \`-p PORT\` opens these ports instead of all others. As
soon as one listener is configured, only those that are configured are opened. A listener that other machines can reach
accepts clients without a login only where \`allow_anonymous: true\` says so, and so does every listener once a source of
logins is configured.

Each listener has a name of its own, written here as NAME: \`listeners.NAME.port\`, \`HOOPOE_LISTENERS__NAME__PORT\`,
\`--listeners.NAME.port\`.
`;

const zoneIntroduction = `## Zones

Each section of \`zones\` says what holds for the clients of some listeners instead of what holds for the broker, under a name
of its own, written here as NAME: \`zones.NAME.limits.inflight_max\`, \`HOOPOE_ZONES__NAME__LIMITS__INFLIGHT_MAX\`,
\`--zones.NAME.limits.inflight_max\`. A listener names its zone. A session has the options of the listener through which its
client came last, and until a client comes for it again after a restart those of the broker.

\`\`\`yaml
zones:
  gateways:
    limits: { packet_bytes_max: 10MB, inflight_max: 1000 }
listeners:
  devices: { transport: tls, host: '*', port: 8883 }
  gateways: { transport: tcp, host: 10.0.0.1, port: 1883, zone: gateways }
\`\`\`
`;

const accessIntroduction = `## Access

Where logins and permissions come from. Each section of \`access\` is one source, under a name of its own, written here
as NAME, and of one kind. Sources are asked in the order in which they are written. [access.md](access.md) explains how
their answers become a decision and has an example for each kind.

\`\`\`yaml
access:
  devices:
    postgresql: { server: 127.0.0.1, password_hash: sha256 }
  rules:
    acl_conf: { file: acl.conf }
\`\`\`

An option of a kind is \`access.NAME.KIND.OPTION\`, \`HOOPOE_ACCESS__NAME__KIND__OPTION\` and \`--access.NAME.KIND.OPTION\`.
These options every section has:
`;

const bridgeIntroduction = `## Bridges

Each section of \`bridges\` joins the broker to another one, under a name of its own, written here as NAME: \`bridges.NAME.addresses\`,
\`HOOPOE_BRIDGES__NAME__ADDRESSES\`, \`--bridges.NAME.addresses\`. An entry of \`topics\` is
TOPIC DIRECTION QOS LOCAL-PREFIX REMOTE-PREFIX, as in Mosquitto.

\`\`\`yaml
bridges:
  cloud:
    addresses: [broker.example.org:1883]
    topics: ['sensors/# out 1', 'commands/# in 1']
\`\`\`
`;

const pluginIntroduction = `## Plugins

Each section of \`plugins\` is one plugin, under a name of its own, written here as NAME. [plugins.md](plugins.md) says what plugins can
do and how to write one.
`;

const titles: ReadonlyMap<string, string> = new Map([
  ['', 'General'],
  ['limits', 'Limits'],
  ['logins', 'Logins'],
  ['permissions', 'Permissions'],
  ['bans', 'Bans'],
  ['flapping', 'Flapping clients'],
  ['mqtt', 'What clients are offered'],
  ['shared_subscriptions', 'Shared subscriptions'],
  ['presence', 'Presence'],
  ['sys', '$SYS'],
  ['metrics', 'Metrics'],
  ['modules', 'Modules'],
  ['webhook', 'Webhook'],
  ['management', 'Management interface'],
  ['log', 'Log'],
]);

/** The whole document, ending in a line end. */
export function renderConfigurationMarkdown(): string {
  const parts = [introduction];
  for (const [section, title] of titles) {
    parts.push(
      `## ${title}\n`,
      table(
        brokerRows.filter((row) => sectionOf(row) === section),
        '',
      ),
    );
  }
  parts.push(listenerIntroduction, table(listenerRows, 'listeners.NAME.'));
  parts.push(zoneIntroduction, table(zoneRows, 'zones.NAME.'));
  parts.push(accessIntroduction, table(sectionRows(accessKinds.map(({ kind }) => kind)), 'access.NAME.'));
  for (const { kind, sentence, rows } of accessKinds) {
    parts.push(`### ${kind}\n\n${sentence}\n`);
    if (rows.length > 0) parts.push(table(rows, 'access.NAME.'));
  }
  parts.push(bridgeIntroduction, table(bridgeRows, 'bridges.NAME.'));
  parts.push(pluginIntroduction, table(pluginRows, 'plugins.NAME.'));
  return parts.join('\n');
}

/** Rows whose section has no title of its own come first, under General. */
function sectionOf(row: OptionRow): string {
  const section = row.name.split('.', 1)[0] ?? '';
  return titles.has(section) && section !== row.name ? section : '';
}

function table(rows: readonly OptionRow[], prefix: string): string {
  const lines = ['| option | default | allowed | meaning | mosquitto.conf | emqx.conf |', '|---|---|---|---|---|---|'];
  for (const row of rows) {
    const cells = [
      `\`${row.name}\`<br>\`${variableName(prefix + row.name).replace('__NAME__', '__<NAME>__')}\``,
      defaultText(row),
      allowedText(row.type) + (row.zero === undefined ? '' : `; 0: ${row.zero}`),
      row.sentence + notes(row),
      row.mosquitto === undefined ? '' : `\`${row.mosquitto}\``,
      row.emqx === undefined ? '' : `\`${row.emqx}\``,
    ];
    lines.push(`| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
  }
  return `${lines.join('\n')}\n`;
}

function notes(row: OptionRow): string {
  const only = row.transports === undefined ? '' : ` Only for ${row.transports.join(', ')}.`;
  return only + (row.reloadable ? ' Reloadable.' : '');
}

/** The default as people write it, or what happens without a value. */
export function defaultText(row: OptionRow): string {
  if (row.default === undefined) return row.unset ?? 'none';
  const text = valueText(row.type, row.default);
  return text === '' ? 'empty' : text;
}
