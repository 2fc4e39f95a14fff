/** The login of a client whose TLS handshake has already said who it is: it may claim that name, or none. */

import type { Credentials, LoginVerdict } from '../../ports/access.ts';

export interface IdentityLoginOptions {
  /** Whether who claims another user name is refused; otherwise the next source is asked about that name. */
  readonly isMismatchDenied: boolean;
  /** Whether the Client Identifier must be the name as well. */
  readonly isClientIdBound: boolean;
  /** What was shown: `certificate`, `pre-shared key`. */
  readonly shown: string;
}

const IGNORED = { outcome: 'ignore' } as const;

/** @param name who the client is; empty when what it has shown has no such name, and then nothing is known of it */
export function letInAs(
  name: string,
  credentials: Credentials,
  { isMismatchDenied, isClientIdBound, shown }: IdentityLoginOptions,
): LoginVerdict | { readonly outcome: 'ignore' } {
  // A text with U+0000 in it looks like another name wherever texts end there.
  if (name === '' || name.includes('\0')) return IGNORED;
  const { username, clientId } = credentials;
  if (username !== undefined && username !== name) {
    if (!isMismatchDenied) return IGNORED;
    return { outcome: 'deny', reasonCode: 0x86, reasonString: `The user name is not that of the ${shown}` };
  }
  if (isClientIdBound && clientId !== name) {
    return { outcome: 'deny', reasonCode: 0x85, reasonString: `The Client Identifier is not the name of the ${shown}` };
  }
  return { outcome: 'allow', username: name };
}
