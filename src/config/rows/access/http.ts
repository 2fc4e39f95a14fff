/** The rows of the kind `http`: logins and permissions from a web service. */

import type { OptionRow, TextRule } from '../../../ports/option.ts';
import { serverTlsRows } from './server-tls.ts';

const paramRule: TextRule = {
  allowed: 'name=value',
  test: (text) => /^[^=]+=/.test(text),
};

const headerRule: TextRule = {
  allowed: 'name: value; the header Authorization has an option of its own, which is never shown',
  test: (text) => /^[^\s:]+:/.test(text) && !/^authorization:/i.test(text),
};

interface Question {
  readonly part: 'auth' | 'super' | 'acl';
  readonly emqx: string;
  readonly unset: string;
  readonly sentence: string;
  readonly params: readonly string[];
}

const questions: readonly Question[] = [
  {
    part: 'auth',
    emqx: 'auth.http.auth_req',
    unset: 'no logins are asked about',
    sentence:
      'Address that is asked whether a client may come in: 200 is a yes unless the text is ignore (not known here) or ' +
      'deny, 400 to 499 is a no, everything else is a failure; an answer in JSON may say result, is_superuser, ' +
      'username, acl and expire_at; placeholders may stand in path and query, where %c before two hexadecimal digits ' +
      'is an encoded character.',
    params: ['clientid=%c', 'username=%u', 'password=%P'],
  },
  {
    part: 'super',
    emqx: 'auth.http.super_req',
    unset: 'nobody is a superuser unless the answer about the login says so',
    sentence: 'Address that is asked after a login whether the client is a superuser: 200 is a yes.',
    params: ['clientid=%c', 'username=%u'],
  },
  {
    part: 'acl',
    emqx: 'auth.http.acl_req',
    unset: 'no permissions are asked about',
    sentence:
      'Address that is asked whether a client may publish or subscribe to a topic, with answers as for logins; %A is ' +
      '1 for subscribe and 2 for publish, %t the topic.',
    params: ['access=%A', 'username=%u', 'clientid=%c', 'ipaddr=%a', 'topic=%t', 'mountpoint=%m'],
  },
];

function questionRows({ part, emqx, unset, sentence, params }: Question): readonly OptionRow[] {
  return [
    {
      name: `http.${part}_url`,
      type: { kind: 'string' },
      default: undefined,
      unset,
      reloadable: false,
      sentence,
      emqx: `${emqx}.url`,
    },
    {
      name: `http.${part}_method`,
      type: { kind: 'one-of', values: ['post', 'get'] },
      default: 'post',
      reloadable: false,
      sentence: 'Whether the parameters are sent in the body (post) or in the address (get).',
      emqx: `${emqx}.method`,
    },
    {
      name: `http.${part}_content_type`,
      type: { kind: 'one-of', values: ['form', 'json'] },
      default: 'form',
      reloadable: false,
      sentence:
        'How the body is written: application/x-www-form-urlencoded, where what a client does not say is left out, or ' +
        'application/json, where it is null and a password that is not UTF-8 is refused.',
      emqx: `${emqx}.headers.content_type`,
    },
    {
      name: `http.${part}_params`,
      type: { kind: 'list', rule: paramRule },
      default: params,
      reloadable: false,
      sentence:
        'Parameters; %u, %c, %P, %a, %p, %r, %C and %d stand for user name, client id, password, address, port of the ' +
        'listener, protocol, and common name and subject of the certificate.',
      emqx: `${emqx}.params`,
    },
  ];
}

const boundRows: readonly OptionRow[] = [
  {
    name: 'http.connections_max',
    type: { kind: 'integer', min: 1, max: 1000 },
    default: 32,
    reloadable: false,
    sentence: 'Connections to a web service at the same time; they are kept open.',
    emqx: 'auth.http.pool_size',
  },
  {
    name: 'http.waiting_max',
    type: { kind: 'integer', min: 1, max: 1_000_000 },
    default: 10_000,
    reloadable: false,
    sentence: 'Questions that may wait for a connection; what comes beyond fails.',
  },
  {
    name: 'http.connect_seconds_max',
    type: { kind: 'duration', min: 0.1, max: 300 },
    default: 5,
    reloadable: false,
    sentence: 'Time until a connection must be there, TLS included.',
    emqx: 'auth.http.connect_timeout',
  },
  {
    name: 'http.answer_seconds_max',
    type: { kind: 'duration', min: 0.1, max: 300 },
    default: 5,
    reloadable: false,
    sentence: 'Time until the whole answer must be there, waiting and connecting included.',
    emqx: 'auth.http.timeout',
  },
  {
    name: 'http.answer_bytes_max',
    type: { kind: 'size', min: 16, max: 16_777_216 },
    default: 65_536,
    reloadable: false,
    sentence: 'Longest answer; a longer one counts as a failure.',
  },
  {
    name: 'http.allow_private_addresses',
    type: { kind: 'boolean' },
    default: true,
    reloadable: false,
    sentence:
      'Whether services on this machine and in private networks may be asked; false also refuses names that resolve ' +
      'to such an address when the connection is made.',
  },
];

export const httpRows: readonly OptionRow[] = [
  ...questions.flatMap(questionRows),
  {
    name: 'http.answers',
    type: { kind: 'one-of', values: ['status', 'json'] },
    default: 'status',
    reloadable: false,
    sentence:
      'What counts as a yes: the status 200 alone, as in EMQX 4, or only an answer in JSON whose result is allow.',
  },
  {
    name: 'http.headers',
    type: { kind: 'list', rule: headerRule },
    default: [],
    reloadable: false,
    sentence: 'Headers that every question has, each as "name: value".',
  },
  {
    name: 'http.authorization',
    type: { kind: 'secret' },
    default: undefined,
    unset: 'no such header is sent',
    reloadable: false,
    sentence: 'Value of the header Authorization, such as "Bearer …", by which the service knows the broker.',
  },
  ...boundRows,
  ...serverTlsRows('http', 'the web service', 'auth.http'),
];
