/** The rows of the management interface: the HTTP API and the dashboard. */

import type { OptionRow, TextRule } from '../../ports/option.ts';

const hostRule: TextRule = {
  allowed: 'an address such as 127.0.0.1 or 0.0.0.0, or a host name',
  test: (text) => /^[A-Za-z0-9_.:%-]{1,255}$/.test(text),
};

const nameRule: TextRule = {
  allowed: 'a host name such as broker.example.org, or *',
  test: (text) => text === '*' || /^[A-Za-z0-9_.-]{1,255}$/.test(text),
};

export const managementRows: readonly OptionRow[] = [
  {
    name: 'management.enabled',
    type: { kind: 'boolean' },
    default: true,
    reloadable: false,
    sentence: 'Whether the management API and the dashboard are served.',
  },
  {
    name: 'management.host',
    type: { kind: 'string', rule: hostRule },
    default: '127.0.0.1',
    reloadable: false,
    sentence:
      'Address that the management interface listens on; the default login admin/public works from this machine alone.',
  },
  {
    name: 'management.port',
    type: { kind: 'integer', min: 0, max: 65_535 },
    default: 18_083,
    zero: 'a free port, which the broker says at start',
    reloadable: false,
    sentence:
      'Port of the management interface; when nobody configured it and it is taken, the broker goes on without one.',
    emqx: 'dashboard.listener.http',
  },
  {
    name: 'management.certificate_file',
    type: { kind: 'path' },
    default: undefined,
    unset: 'the management interface speaks plain HTTP',
    reloadable: false,
    sentence: 'Certificate of the management interface with its chain, as PEM; it then speaks HTTPS.',
    emqx: 'dashboard.listener.https.certfile',
  },
  {
    name: 'management.key_file',
    type: { kind: 'path' },
    default: undefined,
    unset: 'the management interface speaks plain HTTP',
    reloadable: false,
    sentence: 'Private key of management.certificate_file, as PEM.',
    emqx: 'dashboard.listener.https.keyfile',
  },
  {
    name: 'management.hosts',
    type: { kind: 'list', rule: nameRule },
    default: [],
    reloadable: false,
    sentence:
      'Host names under which browsers may ask for the management interface, besides localhost and addresses; * for any.',
  },
  {
    name: 'management.metrics_public',
    type: { kind: 'boolean' },
    default: false,
    reloadable: false,
    sentence:
      'Whether /metrics is answered to everybody who reaches the management interface; otherwise to this machine, and elsewhere to an API key of the scope read.',
  },
  {
    name: 'management.emqx_api.host',
    type: { kind: 'string', rule: hostRule },
    default: '127.0.0.1',
    reloadable: false,
    sentence: 'Address of the port that serves the HTTP API of EMQX 4 alone.',
  },
  {
    name: 'management.emqx_api.port',
    type: { kind: 'integer', min: 0, max: 65_535 },
    default: undefined,
    unset: 'the HTTP API of EMQX 4 is served on management.port alone',
    zero: 'a free port',
    reloadable: false,
    sentence: 'A port more for the HTTP API of EMQX 4, which is 8081 there; plain HTTP.',
    emqx: 'management.listener.http',
  },
  {
    name: 'management.emqx_api.application_id',
    type: { kind: 'string' },
    default: undefined,
    unset: 'there are API keys alone',
    reloadable: false,
    sentence: 'Name of an application that may use the HTTP API of EMQX 4 with every right.',
    emqx: 'management.default_application.id',
  },
  {
    name: 'management.emqx_api.application_secret',
    type: { kind: 'secret' },
    default: undefined,
    unset: 'there are API keys alone',
    reloadable: false,
    sentence: 'Secret of management.emqx_api.application_id; the secret public is taken from this machine alone.',
    emqx: 'management.default_application.secret',
  },
];
