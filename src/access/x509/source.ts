/**
 * Client certificates as logins: who has shown a certificate that the listener has verified is let in under the name in
 * it, and its password is not looked at. Knows nothing of clients without certificate.
 */

import type { Authenticator, Credentials, LoginVerdict } from '../../ports/access.ts';
import type { AccessSource, OpenAccessSource } from '../../ports/access-source.ts';
import type { PeerCertificate } from '../../ports/listener.ts';
import { type IdentityLoginOptions, letInAs } from './let-in.ts';

type NameKind = 'common_name' | 'subject' | 'fingerprint';

const NAMES: Readonly<Record<NameKind, (certificate: PeerCertificate) => string>> = {
  common_name: ({ commonName }) => commonName,
  subject: ({ subject }) => subject,
  fingerprint: ({ fingerprint256 }) => fingerprint256,
};

export const openX509: OpenAccessSource = async (name, options) => {
  const nameOf = NAMES[options.text('username') as NameKind];
  const login: IdentityLoginOptions = {
    isMismatchDenied: options.text('mismatch') === 'deny',
    isClientIdBound: options.boolean('client_id_is_username'),
    shown: 'certificate',
  };
  const authenticator: Authenticator = {
    name,
    authenticate: (credentials: Credentials): LoginVerdict | { outcome: 'ignore' } => {
      const { certificate } = credentials.peer;
      return certificate === undefined ? { outcome: 'ignore' } : letInAs(nameOf(certificate), credentials, login);
    },
  };
  return { name, kind: 'x509', authenticator, close: async () => {} } satisfies AccessSource;
};
