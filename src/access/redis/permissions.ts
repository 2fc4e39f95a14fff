/**
 * Permissions from Redis: a list of topic filters for each client, and what it may do there. Who has a list may do
 * nothing else; who has none is nobody here. The list is asked for whenever something is to be decided, since decisions
 * are remembered elsewhere.
 */

import type { AccessRequest, Authorizer, ClientIdentity, ExplainedPermission, Permission } from '../../ports/access.ts';
import { BackendError } from '../../ports/backend-error.ts';
import { isPromiseLike } from '../../std/promise-like.ts';
import { type CommandTemplate, filledArgs } from './command.ts';
import { type AclEntry, readAcl } from './replies.ts';
import type { RedisServer } from './server.ts';

export class RedisPermissions implements Authorizer {
  readonly name: string;
  readonly #server: RedisServer;
  readonly #command: CommandTemplate;

  constructor(name: string, server: RedisServer, command: CommandTemplate) {
    this.name = name;
    this.#server = server;
    this.#command = command;
  }

  authorize(client: ClientIdentity, request: AccessRequest): Permission | Promise<Permission> {
    const answer = this.explain(client, request);
    return isPromiseLike(answer) ? answer.then((late) => late.answer) : answer.answer;
  }

  /** Answers at once where Redis is not asked: such an answer says nothing of whether Redis is there. */
  explain(client: ClientIdentity, request: AccessRequest): ExplainedPermission | Promise<ExplainedPermission> {
    const { action } = request;
    if (action === 'receive') return { answer: 'ignore', because: 'the list says nothing about deliveries' };
    const args = filledArgs(this.#command, { client, password: undefined, request: undefined });
    if (args === undefined) return { answer: 'ignore', because: 'the client says nothing of what acl_cmd asks about' };
    return this.#find(client, { action, topic: request.topic }, args);
  }

  async #find(
    client: ClientIdentity,
    { action, topic }: { readonly action: 'publish' | 'subscribe'; readonly topic: string },
    args: readonly string[],
  ): Promise<ExplainedPermission> {
    let entries: readonly AclEntry[];
    try {
      entries = readAcl(await this.#server.ask(this.#command.name, args));
    } catch (error) {
      if (!(error instanceof BackendError) || error.code !== 'REDIS_KEY_UNFIT') throw error;
      return { answer: 'deny', because: 'the key of the client holds something else than a list' };
    }
    if (entries.length === 0) return { answer: 'ignore', because: 'the client has no list' };
    const found = entries.find(
      ({ actions, pattern }) => actions.includes(action) && pattern.covers(topic, client, 'allow'),
    );
    if (found === undefined) {
      return { answer: 'deny', because: `none of the ${entries.length} entries of its list allows it` };
    }
    // EMQX asks nothing about user names that begin with $. Here they gain nothing either, but keep what is denied:
    // otherwise a client could leave its list behind by calling itself $x.
    if (client.username?.startsWith('$') === true) {
      return { answer: 'ignore', because: 'lists allow nothing to user names that begin with $' };
    }
    return { answer: 'allow', because: found.text };
  }
}
