/** The rows of TLS in one listener: certificates of both sides, pre-shared keys, versions and ciphers. */

import type { OptionRow, TextRule } from '../../ports/option.ts';

const alpnRule: TextRule = {
  allowed: 'a name of 1 to 255 bytes, such as mqtt',
  test: (text) => text !== '' && Buffer.byteLength(text) <= 255,
};

const certificateRows: readonly OptionRow[] = [
  {
    name: 'certificate_file',
    type: { kind: 'path' },
    default: undefined,
    unset: 'a certificate that the broker makes in its data folder and signs with a private CA',
    reloadable: false,
    sentence: 'Certificate of the server with its chain, as PEM; the file is read again at SIGHUP.',
    transports: ['tls', 'wss'],
    mosquitto: 'certfile',
    emqx: 'listener.$l.certfile',
  },
  {
    name: 'key_file',
    type: { kind: 'path' },
    default: undefined,
    unset: 'the key that belongs to the certificate that the broker makes',
    reloadable: false,
    sentence: 'Private key of the certificate, as PEM; the file is read again at SIGHUP.',
    transports: ['tls', 'wss'],
    mosquitto: 'keyfile',
    emqx: 'listener.$l.keyfile',
  },
  {
    name: 'certificate_folder',
    type: { kind: 'path' },
    default: undefined,
    unset: 'one certificate for every server name',
    reloadable: false,
    sentence:
      'Folder with further certificates, each NAME.pem or NAME.crt beside its NAME.key; the one that fits the server name a client asks for (SNI) is shown, and the folder is read again at SIGHUP.',
    transports: ['tls', 'wss'],
  },
  {
    name: 'key_passphrase',
    type: { kind: 'secret' },
    default: undefined,
    unset: 'the key is not encrypted',
    reloadable: false,
    sentence: 'Passphrase of the private key.',
    transports: ['tls', 'wss'],
    emqx: 'listener.$l.key_password',
  },
  {
    name: 'ca_file',
    type: { kind: 'path' },
    default: undefined,
    unset: 'clients are not asked for certificates',
    reloadable: false,
    sentence: 'Certificates of the authorities that sign clients, as PEM; clients are then asked for a certificate.',
    transports: ['tls', 'wss'],
    mosquitto: 'cafile',
    emqx: 'listener.$l.cacertfile',
  },
  {
    name: 'ca_path',
    type: { kind: 'path' },
    default: undefined,
    unset: 'ca_file alone',
    reloadable: false,
    sentence:
      'Folder with files of such certificates (.pem, .crt, .cer and names that c_rehash gives), read again at SIGHUP.',
    transports: ['tls', 'wss'],
    mosquitto: 'capath',
  },
  {
    name: 'request_certificate',
    type: { kind: 'boolean' },
    default: undefined,
    unset: 'true where ca_file or ca_path is given',
    reloadable: false,
    sentence:
      'Whether clients are asked for a certificate; one that is not believed is refused even where none is required.',
    transports: ['tls', 'wss'],
    emqx: 'listener.$l.verify',
  },
  {
    name: 'require_certificate',
    type: { kind: 'boolean' },
    default: false,
    reloadable: false,
    sentence: 'Whether clients without a certificate that ca_file or ca_path vouches for are refused.',
    transports: ['tls', 'wss'],
    mosquitto: 'require_certificate',
    emqx: 'listener.$l.fail_if_no_peer_cert',
  },
  {
    name: 'crl_file',
    type: { kind: 'path' },
    default: undefined,
    unset: 'certificates of clients are not checked for revocation',
    reloadable: false,
    sentence:
      "Revocation lists, as PEM, in which each client's own certificate is looked up; without a valid one of who signed it the client is refused, and the file is read again at SIGHUP.",
    transports: ['tls', 'wss'],
    mosquitto: 'crlfile',
  },
  {
    name: 'ciphers',
    type: { kind: 'string' },
    default: undefined,
    unset: "Node's list",
    reloadable: false,
    sentence: "Ciphers accepted, as OpenSSL's list with colons.",
    transports: ['tls', 'wss'],
    mosquitto: 'ciphers',
    emqx: 'listener.$l.ciphers',
  },
  {
    name: 'ciphers_tls13',
    type: { kind: 'string' },
    default: undefined,
    unset: "Node's list",
    reloadable: false,
    sentence: "Cipher suites of TLS 1.3 accepted, as OpenSSL's list with colons.",
    transports: ['tls', 'wss'],
    mosquitto: 'ciphers_tls1.3',
  },
  {
    name: 'dh_file',
    type: { kind: 'path' },
    default: undefined,
    unset: 'no ciphers with finite-field Diffie-Hellman',
    reloadable: false,
    sentence: 'Parameters of Diffie-Hellman, as PEM; the file is read again at SIGHUP.',
    transports: ['tls', 'wss'],
    mosquitto: 'dhparamfile',
    emqx: 'listener.$l.dhfile',
  },
  {
    name: 'alpn_protocols',
    type: { kind: 'list', rule: alpnRule },
    default: [],
    reloadable: false,
    sentence:
      'Protocols accepted by ALPN, such as mqtt; a client that asks for others only is closed, one that asks for none is not.',
    transports: ['tls', 'wss'],
  },
  {
    name: 'handshake_seconds_max',
    type: { kind: 'duration', min: 0.1, max: 600 },
    default: 15,
    reloadable: false,
    sentence: 'Time until the TLS handshake must be done.',
    transports: ['tls', 'wss'],
    emqx: 'listener.$l.handshake_timeout',
  },
  {
    name: 'tls_version_min',
    type: { kind: 'one-of', values: ['1.1', '1.2', '1.3'] },
    default: '1.2',
    reloadable: false,
    sentence:
      'Oldest version of TLS accepted; 1.1 is for devices that know nothing newer, can be broken, and lets in the weak ' +
      'ciphers that it needs.',
    transports: ['tls', 'wss'],
    mosquitto: 'tls_version',
    emqx: 'listener.$l.tls_versions',
  },
  {
    name: 'tls_version_max',
    type: { kind: 'one-of', values: ['1.2', '1.3'] },
    default: undefined,
    unset: '1.3, or 1.2 with psk_file',
    reloadable: false,
    sentence: 'Newest version of TLS accepted.',
    transports: ['tls', 'wss'],
  },
];

const keyRows: readonly OptionRow[] = [
  {
    name: 'psk_file',
    type: { kind: 'path' },
    default: undefined,
    unset: 'no pre-shared keys',
    reloadable: false,
    sentence:
      'File of pre-shared keys, identity:key on each line; clients may then connect with them, by TLS 1.2 at most; the file is read again at SIGHUP.',
    transports: ['tls', 'wss'],
    mosquitto: 'psk_file',
    emqx: 'psk.file.path',
  },
  {
    name: 'psk_form',
    type: { kind: 'one-of', values: ['hex', 'text'] },
    default: 'hex',
    reloadable: false,
    sentence: 'How psk_file writes keys: hexadecimal digits as for Mosquitto, or the text itself as for EMQX.',
    transports: ['tls', 'wss'],
  },
  {
    name: 'psk_hint',
    type: { kind: 'string' },
    default: undefined,
    unset: 'no hint',
    reloadable: false,
    sentence: 'Told to clients with pre-shared keys, so that they can choose an identity.',
    transports: ['tls', 'wss'],
    mosquitto: 'psk_hint',
  },
];

/** All of them, in the order in which they are documented. */
export const tlsRows: readonly OptionRow[] = [...certificateRows, ...keyRows];
