/** Retained messages as an operator sees them: as a tree, one by one, and how to get rid of them for good. */

import { Message } from '../../packet/message.ts';
import type { Properties, Qos } from '../../packet/types.ts';
import type { ClientIdentity } from '../../ports/access.ts';
import { quote } from '../../std/shorten.ts';
import { topicFilterProblem, topicNameProblem } from '../../topic/name.ts';
import type { BrokerContext } from '../context.ts';
import { InvalidRequest } from '../invalid-request.ts';
import type { MessageWalk } from '../routing/standing-messages.ts';
import { Children, type ChildrenPage, type ChildrenRequest } from './children.ts';
import { PageBuilder, type PageOf, type PageRequest } from './page.ts';
import { inSlices, turn } from './slices.ts';

export interface RetainedSummary {
  readonly topic: string;
  readonly bytes: number;
  readonly qos: Qos;
  /** Client Identifier; empty for messages of the broker and its program. */
  readonly publisher: string;
  /** Milliseconds since the epoch; 0 is never. */
  readonly expiresAtMs: number;
}

export interface RetainedDetail extends RetainedSummary {
  /** Nobody else's bytes: it may be kept. */
  readonly payload: Buffer;
  readonly properties: Properties | undefined;
}

export interface RetainedQuery extends PageRequest {
  /** Topics that it matches; all unless given. */
  readonly filter?: string | undefined;
  /** Occurs in the topic; case does not matter. */
  readonly search?: string | undefined;
}

/** Messages deleted in one turn, and so in one commit. */
const DELETED_PER_TURN = 500;

export class RetainedBrowser {
  readonly #context: BrokerContext;

  constructor(context: BrokerContext) {
    this.#context = context;
  }

  get(topic: string): RetainedDetail | undefined {
    const message = this.#context.retained.get(topic);
    if (message === undefined) return undefined;
    return { ...summaryOf(message), payload: Buffer.from(message.payload), properties: message.properties };
  }

  /** The next level below a topic, with the number of messages at and below each child. */
  async children(request: ChildrenRequest = {}): Promise<ChildrenPage> {
    const children = new Children(request);
    const { parent } = request;
    if (parent !== undefined && topicNameProblem(`${parent}/`) !== undefined) return children.page();
    await this.#walk(parent === undefined ? '#' : `${parent}/#`, (message) => children.offer(message.topic));
    return children.page();
  }

  /** Ordered by topic. @throws InvalidRequest for a filter that is none */
  async list(query: RetainedQuery = {}): Promise<PageOf<RetainedSummary>> {
    const { filter = '#' } = query;
    const problem = topicFilterProblem(filter);
    if (problem !== undefined) throw new InvalidRequest(`Cannot list: the filter ${quote(filter)} ${problem}`);
    const search = query.search?.toLowerCase();
    const page = new PageBuilder<Message>(query);
    await this.#walk(filter, (message) => {
      if (search === undefined || message.topic.toLowerCase().includes(search)) {
        page.offer(message.topic, '', message);
      }
    });
    return page.page((message) => summaryOf(message));
  }

  /**
   * Resolves when it is gone for good. False: there is no such message.
   * @param client on whose behalf: it needs the permission to publish an empty retained message there
   * @throws InvalidRequest where the client has no such permission
   */
  async delete(topic: string, client?: ClientIdentity): Promise<boolean> {
    if (client !== undefined) await this.#mustBeAllowed(client, topic);
    if (this.#context.retained.get(topic) === undefined) return false;
    this.#clear(topic);
    await this.#committed();
    return true;
  }

  /**
   * Deletes the messages of a topic and of all topics below it, a few at a time.
   * @param client on whose behalf; as with `delete`
   * @returns how many, once they are gone for good
   * @throws InvalidRequest with nothing deleted, where the client has no permission for one of them
   */
  async deleteBelow(prefix: string, client?: ClientIdentity): Promise<number> {
    const problem = topicNameProblem(prefix);
    if (problem !== undefined) throw new InvalidRequest(`Cannot delete: the topic ${quote(prefix)} ${problem}`);
    return await this.deleteMatching(`${prefix}/#`, client);
  }

  /** As `deleteBelow`, for all topics that a filter matches. */
  async deleteMatching(filter: string, client?: ClientIdentity): Promise<number> {
    const problem = topicFilterProblem(filter);
    if (problem !== undefined) throw new InvalidRequest(`Cannot delete: the filter ${quote(filter)} ${problem}`);
    let deleted = 0;
    let inTurn = 0;
    const topics: string[] = [];
    await this.#walk(filter, (message) => {
      topics.push(message.topic);
    });
    for (const [index, topic] of client === undefined ? [] : topics.entries()) {
      if (index % DELETED_PER_TURN === DELETED_PER_TURN - 1) await turn(this.#context.clock);
      await this.#mustBeAllowed(client!, topic);
    }
    for (const topic of topics) {
      this.#clear(topic);
      deleted++;
      if (++inTurn < DELETED_PER_TURN) continue;
      inTurn = 0;
      await turn(this.#context.clock);
    }
    await this.#committed();
    return deleted;
  }

  async #mustBeAllowed(identity: ClientIdentity, topic: string): Promise<void> {
    // The chain alone is asked: what a bridge has left below $SYS may be deleted, though nobody may publish there.
    if (await this.#context.access.authorize(identity, 'publish', topic, 0, true)) return;
    throw new InvalidRequest(
      `Cannot delete: the client ${quote(identity.clientId)} has no permission to publish to ${quote(topic)}`,
    );
  }

  #clear(topic: string): void {
    this.#context.retained.apply(Message.of(topic, Buffer.alloc(0), 0, true));
  }

  #committed(): Promise<void> {
    const { journal } = this.#context;
    if (journal === undefined) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const refused = new InvalidRequest('The store refuses writes; the messages are gone until the next start only');
      journal.onCommitted(resolve, () => reject(refused));
    });
  }

  /** Only what clients and the program have published: what the broker itself has to say is made when it is asked for. */
  async #walk(filter: string, visit: (message: Message) => void): Promise<void> {
    const { retained, clock } = this.#context;
    const walk = retained.walkKept(filter, { includesDollar: true });
    await inSlices(stepsOf(walk), clock, (message) => {
      if (message !== undefined && !retained.isExpired(message)) visit(message);
    });
  }
}

/** Each step, so that a walk through what matches nothing can pause as well. */
function* stepsOf(walk: MessageWalk): Generator<Message | undefined> {
  while (!walk.isDone) yield walk.step();
}

function summaryOf(message: Message): RetainedSummary {
  const { topic, payloadBytes, qos, publisher, expiresAtMs } = message;
  return { topic, bytes: payloadBytes, qos, publisher, expiresAtMs };
}
