/** Logins by a web service: it gets name and password and says yes, no, or that it does not know. */

import type { Authenticator, Credentials, LoginVerdict } from '../../ports/access.ts';
import { BackendError } from '../../ports/backend-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { HttpQuestion } from '../remote/http-client.ts';
import type { Asked } from '../remote/placeholders.ts';
import { readLoginAnswer, readSuperuserAnswer } from './answers.ts';
import type { WebService } from './endpoint.ts';
import { type RequestTemplate, UNFIT } from './request-template.ts';

export interface HttpLoginOptions {
  readonly name: string;
  readonly service: WebService;
  readonly template: RequestTemplate;
  readonly superuserTemplate: RequestTemplate | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

type Answer = LoginVerdict | { outcome: 'ignore' };

export class HttpLogins implements Authenticator {
  readonly name: string;
  readonly #options: HttpLoginOptions;
  /** It has been told that the question for superusers failed. */
  #hasToldFailure = false;

  constructor(options: HttpLoginOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Answers at once where the service is not asked: such an answer says nothing of whether it is there. */
  authenticate(credentials: Credentials): Answer | Promise<Answer> {
    const asked: Asked = { client: credentials, password: credentials.password, request: undefined };
    const question = this.#options.template.question(asked);
    return question === UNFIT ? { outcome: 'deny' } : this.#find(asked, question);
  }

  async #find(asked: Asked, question: HttpQuestion): Promise<Answer> {
    const { service, clock } = this.#options;
    const verdict = readLoginAnswer(await service.ask(question), service.form, clock.now());
    if ('trouble' in verdict) throw service.failure(verdict.trouble, verdict.saying);
    if (verdict.outcome !== 'allow' || verdict.superuser !== undefined) return verdict;
    return { ...verdict, superuser: await this.#isSuperuser(asked) };
  }

  async #isSuperuser(asked: Asked): Promise<boolean> {
    const { service, superuserTemplate, log, name } = this.#options;
    const question = superuserTemplate?.question(asked) ?? UNFIT;
    if (question === UNFIT) return false;
    try {
      const answer = await service.ask(question);
      this.#hasToldFailure = false;
      return readSuperuserAnswer(answer, service.form);
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      // Fewer rights are safe.
      if (!this.#hasToldFailure) {
        const { code, message } = error;
        log.warn('The question for superusers failed; nobody is a superuser', { source: name, code, cause: message });
      }
      this.#hasToldFailure = true;
      return false;
    }
  }
}
