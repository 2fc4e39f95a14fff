/** Permissions from a web service: it is asked whenever something is to be decided, since decisions are remembered elsewhere. */

import type { AccessRequest, Authorizer, ClientIdentity, ExplainedPermission, Permission } from '../../ports/access.ts';
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

  async authorize(client: ClientIdentity, request: AccessRequest): Promise<Permission> {
    return (await this.explain(client, request)).answer;
  }

  async explain(client: ClientIdentity, request: AccessRequest): Promise<ExplainedPermission> {
    if (request.action === 'receive') return { answer: 'ignore', because: 'the service is not asked about deliveries' };
    const question = this.#template.question({ client, password: undefined, request });
    if (question === UNFIT) return { answer: 'deny', because: 'the service cannot be asked about such a client' };
    const answer = await this.#service.ask(question);
    const permission = readPermissionAnswer(answer, this.#service.form);
    if (typeof permission !== 'string') throw this.#service.failure(permission.trouble, permission.saying);
    return { answer: permission, because: `${this.#template.shownUrl} answered with status ${answer.status}` };
  }
}
