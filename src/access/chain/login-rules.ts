/** What the operator has said about logins, besides naming the sources: codes, and clients that show nothing. */

import type { Credentials, LoginVerdict } from '../../ports/access.ts';
import { BackendError } from '../../ports/backend-error.ts';

export type RefusalCode = 'bad_credentials' | 'not_authorized';

const BAD_CREDENTIALS = 0x86;
const NOT_AUTHORIZED = 0x87;
const SERVER_UNAVAILABLE = 0x88;
const SERVER_BUSY = 0x89;

/** Anonymous clients come in by this. */
export const anonymousLogin: LoginVerdict = { outcome: 'allow', anonymous: true };

export class LoginRules {
  readonly #code: number;
  readonly #requiresCredentials: boolean;
  /** For a client that nobody knows. It says no more than a wrong password does. */
  readonly unknown: LoginVerdict;
  /** For a client that shows nothing where something is asked for. */
  readonly nothingShown: LoginVerdict;

  constructor(code: RefusalCode, requiresCredentials: boolean) {
    this.#code = codeOf(code);
    this.#requiresCredentials = requiresCredentials;
    // A text of its own would tell whoever tries names which of them exist.
    this.unknown = { outcome: 'deny', reasonCode: this.#code };
    this.nothingShown = {
      outcome: 'deny',
      reasonCode: this.#code,
      reasonString: 'User name and password are required',
    };
  }

  /** The code of a refusal: the operator's, unless the source means something else than "not with this login". */
  refusalCode(given: number | undefined, source: { choosesCodes: boolean; refusalCode?: RefusalCode }): number {
    const code = source.refusalCode === undefined ? this.#code : codeOf(source.refusalCode);
    if (given === undefined) return code;
    const isPlain = given === BAD_CREDENTIALS || given === NOT_AUTHORIZED;
    return isPlain && !source.choosesCodes ? code : given;
  }

  /** Whether a client is refused before anybody is asked. */
  refusesUnasked({ username, password, peer }: Credentials): boolean {
    if (!this.#requiresCredentials) return false;
    if (peer.certificate !== undefined || peer.pskIdentity !== undefined) return false;
    return isEmpty(username) || isEmpty(password);
  }

  /** Whether the listener lets in a client that nobody knows. An empty user name claims to be nobody. */
  letsInUnknown({ anonymous, username }: Credentials): boolean {
    return anonymous === 'allow' || (anonymous === 'without_username' && isEmpty(username));
  }
}

function codeOf(code: RefusalCode): number {
  return code === 'bad_credentials' ? BAD_CREDENTIALS : NOT_AUTHORIZED;
}

function isEmpty(value: { readonly length: number } | undefined): boolean {
  return value === undefined || value.length === 0;
}

/** What a client is told when a source that must not be passed over could not answer: try again, here is nobody at fault. */
export function unavailable(error: unknown): LoginVerdict & { readonly outcome: 'deny' } {
  const isBusy = error instanceof BackendError && error.code.endsWith('_BUSY');
  return {
    outcome: 'deny',
    reasonCode: isBusy ? SERVER_BUSY : SERVER_UNAVAILABLE,
    reasonString: 'The login could not be checked',
  };
}
