/** The options of the tools, continued: will, TLS, pre-shared keys, proxy, and what only our own names know. */

import { topicNameProblem } from '../../../topic/name.ts';
import { type ClientOptions, type ToolKind, ToolUsageError } from './client-options.ts';
import { basicRows, type OptionRow } from './option-table.ts';
import { receiverRows } from './receiver-table.ts';

const all: readonly ToolKind[] = ['pub', 'sub', 'rr', 'bench'];
const clients: readonly ToolKind[] = ['pub', 'sub', 'rr'];

type TextOfTls = 'caFile' | 'caFolder' | 'certificate' | 'key' | 'ciphers' | 'alpn' | 'version' | 'keyForm';

function tlsRow(flag: string, noun: string, field: TextOfTls, sentence: string): OptionRow {
  return {
    names: [flag],
    tools: all,
    noun,
    sentence,
    set: (options, value) => {
      options.tls[field] = value;
    },
  };
}

const willRows: readonly OptionRow[] = [
  {
    names: ['--will-topic'],
    tools: clients,
    noun: 'will topic',
    placeholder: 'topic',
    sentence: 'Topic of the message that the broker publishes when this client is lost.',
    set: (options, value) => {
      if (topicNameProblem(value) !== undefined) {
        throw new ToolUsageError(`Error: Invalid will topic '${value}', does it contain '+' or '#'?`);
      }
      options.will.topic = value;
    },
  },
  {
    names: ['--will-payload'],
    tools: clients,
    noun: 'will payload',
    placeholder: 'payload',
    sentence: 'That message.',
    set: (options, value) => {
      options.will.payload = value;
    },
  },
  {
    names: ['--will-qos'],
    tools: clients,
    noun: 'will QoS',
    placeholder: 'qos',
    sentence: 'Its quality of service.',
    set: (options, value) => {
      const qos = Number.parseInt(value, 10);
      if (qos !== 0 && qos !== 1 && qos !== 2) throw new ToolUsageError(`Error: Invalid will QoS ${qos}.`, 2);
      options.will.qos = qos;
    },
  },
  {
    names: ['--will-retain'],
    tools: clients,
    sentence: 'The broker is to retain it.',
    set: (options) => {
      options.will.retain = true;
    },
  },
];

const tlsRows: readonly OptionRow[] = [
  tlsRow('--cafile', 'file', 'caFile', 'Certificates of the authorities to trust, as PEM.'),
  tlsRow('--capath', 'directory', 'caFolder', 'A folder of such files.'),
  tlsRow('--cert', 'file', 'certificate', 'Certificate of this client, as PEM.'),
  tlsRow('--key', 'file', 'key', 'Its private key, as PEM.'),
  tlsRow('--keyform', 'keyform', 'keyForm', 'Form of the key: pem; engines of OpenSSL are not supported.'),
  tlsRow('--ciphers', 'ciphers', 'ciphers', "Ciphers to offer, as OpenSSL's list."),
  tlsRow('--tls-version', 'version', 'version', 'tlsv1.3, tlsv1.2 or tlsv1.1.'),
  tlsRow('--tls-alpn', 'protocol', 'alpn', 'Protocol name to offer (ALPN).'),
  {
    names: ['--tls-use-os-certs'],
    tools: all,
    sentence: 'Trust the authorities of the system.',
    set: (options) => {
      options.tls.usesSystemAuthorities = true;
    },
  },
  {
    names: ['--insecure'],
    tools: all,
    sentence: "Do not compare the certificate with the host's name; strangers may be in between.",
    set: (options) => {
      options.tls.isInsecure = true;
    },
  },
  {
    names: ['--tls-engine'],
    tools: all,
    noun: 'engine_id',
    sentence: 'Not supported: engines of OpenSSL.',
    set: refuseEngine,
  },
  {
    names: ['--tls-engine-kpass-sha1'],
    tools: all,
    noun: 'kpass sha1',
    sentence: 'Not supported: engines of OpenSSL.',
    set: refuseEngine,
  },
  {
    names: ['--psk'],
    tools: all,
    noun: 'key',
    placeholder: 'hex-key',
    sentence: 'Pre-shared key, as hexadecimal digits.',
    set: (options, value) => {
      options.psk = value;
    },
  },
  {
    names: ['--psk-identity'],
    tools: all,
    noun: 'identity',
    sentence: 'Identity for it.',
    set: (options, value) => {
      options.pskIdentity = value;
    },
  },
  {
    names: ['--proxy'],
    tools: all,
    noun: 'proxy url',
    placeholder: 'socks-url',
    sentence: 'SOCKS5 proxy: socks5h://[user[:password]@]host[:port].',
    set: (options, value) => {
      if (!value.startsWith('socks5h://')) throw new ToolUsageError(`Error: Unsupported proxy protocol: ${value}`);
      options.proxy = value;
    },
  },
];

function refuseEngine(): never {
  throw new ToolUsageError('Error: Engines of OpenSSL are not supported; give the key as a file with --key.');
}

const nativeRows: readonly OptionRow[] = [
  {
    names: ['--json'],
    tools: all,
    nativeOnly: true,
    sentence: 'Print JSON, one object for each line.',
    set: (options) => {
      options.isJson = true;
    },
  },
  {
    names: ['--color'],
    tools: clients,
    nativeOnly: true,
    sentence: 'Colour even where the output is no terminal.',
    set: (options) => {
      options.hasColour = true;
    },
  },
  {
    names: ['--no-color'],
    tools: clients,
    nativeOnly: true,
    sentence: 'No colour.',
    set: (options) => {
      options.hasColour = false;
    },
  },
  {
    names: ['--no-reconnect'],
    tools: clients,
    nativeOnly: true,
    sentence: 'End when the connection is lost instead of connecting again.',
    set: (options: ClientOptions) => {
      options.reconnects = false;
    },
  },
];

/** All options, in the order of the usage. `-D` is read apart, because it has several values. */
export const optionRows: readonly OptionRow[] = [...basicRows, ...receiverRows, ...willRows, ...tlsRows, ...nativeRows];
