/**
 * Pre-shared keys as logins: who has shown by its TLS handshake that it has the key of an identity is let in under that
 * name. The keys are the listener's (`psk_file`).
 */

import type { Authenticator, Credentials, LoginVerdict } from '../../ports/access.ts';
import type { AccessSource, OpenAccessSource } from '../../ports/access-source.ts';
import { type IdentityLoginOptions, letInAs } from '../x509/let-in.ts';

export const openPsk: OpenAccessSource = async (name, options) => {
  const login: IdentityLoginOptions = {
    isMismatchDenied: options.text('mismatch') === 'deny',
    isClientIdBound: options.boolean('client_id_is_username'),
    shown: 'pre-shared key',
  };
  const authenticator: Authenticator = {
    name,
    authenticate: (credentials: Credentials): LoginVerdict | { outcome: 'ignore' } => {
      const { pskIdentity } = credentials.peer;
      return pskIdentity === undefined ? { outcome: 'ignore' } : letInAs(pskIdentity, credentials, login);
    },
  };
  return { name, kind: 'psk', authenticator, close: async () => {} } satisfies AccessSource;
};
