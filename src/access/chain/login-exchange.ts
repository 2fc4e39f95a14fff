/** An enhanced authentication as the chain sees it: its failures and its refusals get the codes of every other login. */

import type { Bytes } from '../../packet/types.ts';
import type { Credentials, EnhancedAuthenticator, Exchange, ExchangeStep } from '../../ports/access.ts';
import { type LoginRules, unavailable } from './login-rules.ts';
import type { SourceStep } from './source-step.ts';

export class LoginExchange implements Exchange {
  readonly #source: SourceStep;
  readonly #rules: LoginRules;
  readonly #begin: () => Exchange;
  #exchange: Exchange | undefined;

  constructor(source: SourceStep, authenticator: EnhancedAuthenticator, credentials: Credentials, rules: LoginRules) {
    this.#source = source;
    this.#rules = rules;
    this.#begin = () => authenticator.begin(credentials);
  }

  async step(data: Bytes | undefined): Promise<ExchangeStep> {
    const { logins, parts } = this.#source;
    const answer = await this.#source.waitFor<ExchangeStep>(
      () => {
        this.#exchange ??= this.#begin();
        return this.#exchange.step(data);
      },
      (error) => {
        logins.failed++;
        return unavailable(error);
      },
    );
    if (answer.outcome === 'continue') return answer;
    if (answer.outcome === 'allow') {
      logins.allow++;
      return answer;
    }
    if (!isFailure(answer)) logins.deny++;
    return { ...answer, reasonCode: this.#rules.refusalCode(answer.reasonCode, parts) };
  }
}

function isFailure({ reasonCode }: { readonly reasonCode?: number }): boolean {
  return reasonCode === 0x88 || reasonCode === 0x89;
}
