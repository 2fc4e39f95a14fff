/** Permissions from a web service: it is asked whenever something is to be decided, since decisions are remembered elsewhere. */

import type { AccessRequest, Authorizer, ClientIdentity, ExplainedPermission, Permission } from '../../ports/access.ts';
import { isPromiseLike } from '../../std/promise-like.ts';
import type { HttpQuestion } from '../remote/http-client.ts';
import { readPermissionAnswer } from './answers.ts';
import type { WebService } from './endpoint.ts';
import { type RequestTemplate, UNFIT } from './request-template.ts';

export class HttpPermissions implements Authorizer {
  readonly name: string;
  readonly #service: WebService;
  readonly #template: RequestTemplate;

  constructor(name: string, service: WebService, template: RequestTemplate) {
    this.name = name;
    this.#service = service;
    this.#template = template;
  }

  authorize(client: ClientIdentity, request: AccessRequest): Permission | Promise<Permission> {
    const answer = this.explain(client, request);
    return isPromiseLike(answer) ? answer.then((late) => late.answer) : answer.answer;
  }

  /** Answers at once where the service is not asked: such an answer says nothing of whether it is there. */
  explain(client: ClientIdentity, request: AccessRequest): ExplainedPermission | Promise<ExplainedPermission> {
    if (request.action === 'receive') return { answer: 'ignore', because: 'the service is not asked about deliveries' };
    const question = this.#template.question({ client, password: undefined, request });
    if (question === UNFIT) return { answer: 'deny', because: 'the service cannot be asked about such a client' };
    return this.#ask(question);
  }

  async #ask(question: HttpQuestion): Promise<ExplainedPermission> {
    const answer = await this.#service.ask(question);
    const permission = readPermissionAnswer(answer, this.#service.form);
    if (typeof permission !== 'string') throw this.#service.failure(permission.trouble, permission.saying);
    return { answer: permission, because: `${this.#template.shownUrl} answered with status ${answer.status}` };
  }
}
