/** A plugin as its own thread holds it: does what the broker asks of it. */

import type { AccessRequest, Authenticator, Authorizer } from '../../ports/access.ts';
import type { HookRule, PluginContext, PluginDefinition } from '../../ports/plugin.ts';
import { isPromiseLike } from '../../std/promise-like.ts';
import { sayingOf } from '../failure.ts';
import { PluginScope } from '../plugin-scope.ts';
import type { Description, PluginTask, StartArgument, Started } from './protocol.ts';
import { type Remote, ThreadScope } from './thread-scope.ts';
import {
  receivedClient,
  receivedCredentials,
  receivedEvent,
  type SentClient,
  type SentCredentials,
  type SentEvent,
  type SentMessage,
  sentAnswer,
} from './values.ts';

type Target = string | number;

export class PluginServer {
  readonly #name: string;
  readonly #find: () => Promise<PluginDefinition>;
  readonly #threadScope: ThreadScope;
  #definition: PluginDefinition | undefined;
  #context: PluginScope | undefined;
  #authenticators: readonly Authenticator[] = [];
  #authorizers: readonly Authorizer[] = [];

  constructor(name: string, find: () => Promise<PluginDefinition>, remote: Remote) {
    this.#name = name;
    this.#find = find;
    this.#threadScope = new ThreadScope(remote);
  }

  /** What it throws or rejects with goes back as the answer. */
  serve(task: string, target: Target, argument: unknown): unknown {
    return this.#tasks[task as PluginTask](target, argument);
  }

  readonly #tasks: Readonly<Record<PluginTask, (target: Target, argument: unknown) => unknown>> = {
    describe: () => this.#describe(),
    start: (_target, argument) => this.#start(argument as StartArgument),
    hook: (target, argument) => this.#hook(String(target), argument as SentEvent),
    login: (target, argument) =>
      promised(this.#authenticators[target as number]!.authenticate(receivedCredentials(argument as SentCredentials))),
    permission: (target, argument) => {
      const [client, request] = argument as [SentClient, AccessRequest];
      return promised(this.#authorizers[target as number]!.authorize(receivedClient(client), request));
    },
    explain: (target, argument) => {
      const [client, request] = argument as [SentClient, AccessRequest];
      return promised(this.#authorizers[target as number]!.explain?.(receivedClient(client), request));
    },
    command: async (target, argument) => {
      const command = this.#definition?.commands?.[String(target)];
      return asJson(await command?.run(argument as readonly string[], this.#begun));
    },
    route: async (target, argument) => {
      const route = this.#definition?.routes?.[target as number];
      return asJson(await route?.handle(argument as Parameters<typeof route.handle>[0], this.#begun));
    },
    message: (target, argument) => this.#threadScope.received(target as number, argument as SentMessage),
    end: () => this.#end(),
  };

  get #begun(): PluginContext {
    if (this.#context === undefined) throw new TypeError(`Plugin ${this.#name} has not begun`);
    return this.#context;
  }

  async #describe(): Promise<Description> {
    this.#definition = await this.#find();
    const { version, description, options = {}, hooks = {}, commands = {}, routes = [] } = this.#definition;
    return {
      ...(version !== undefined && { version }),
      ...(description !== undefined && { description }),
      options,
      hooks: Object.entries(hooks).flatMap(([hook, rule]) => {
        if (rule === undefined) return [];
        const { handle: _handle, ...rest } = (typeof rule === 'function' ? {} : rule) as HookRule<never>;
        return [{ hook: hook as Description['hooks'][number]['hook'], ...rest }];
      }),
      commands: Object.fromEntries(
        Object.entries(commands).map(([name, { sentence, usage }]) => [name, { sentence, ...(usage && { usage }) }]),
      ),
      routes: routes.map(({ method, path, sentence, scope }) => ({ method, path, sentence, ...(scope && { scope }) })),
      hasAuthenticators: this.#definition.authenticators !== undefined,
      hasAuthorizers: this.#definition.authorizers !== undefined,
    };
  }

  async #start({ options, node }: StartArgument): Promise<Started> {
    const context = new PluginScope(this.#name, Object.freeze(options) as never, this.#threadScope.makings(node));
    this.#context = context;
    const definition = this.#definition!;
    await definition.start?.(context);
    this.#authenticators = definition.authenticators?.(context) ?? [];
    this.#authorizers = definition.authorizers?.(context) ?? [];
    return {
      authenticators: this.#authenticators.map(({ name }) => String(name)),
      authorizers: this.#authorizers.map(({ name, explain, checksDelivery }) => ({
        name: String(name),
        explains: explain !== undefined,
        checksDelivery: checksDelivery === true,
      })),
    };
  }

  #hook(name: string, event: SentEvent): unknown {
    const hook = this.#definition?.hooks?.[name as 'client.connected'];
    const handle = typeof hook === 'function' ? hook : hook?.handle.bind(hook);
    const answer: unknown = handle?.(receivedEvent(event) as never, this.#begun);
    return isPromiseLike(answer) ? Promise.resolve(answer).then(sentAnswer) : sentAnswer(answer);
  }

  /** The sources first, as in the broker's own thread. */
  async #end(): Promise<void> {
    for (const source of [...this.#authenticators, ...this.#authorizers]) {
      try {
        await source.close?.();
      } catch (error) {
        this.#context?.log.error('A source of a plugin could not be closed', { cause: sayingOf(error) });
      }
    }
    await this.#context?.end();
  }
}

function promised(value: unknown): unknown {
  return isPromiseLike(value) ? Promise.resolve(value) : value;
}

/** What is printed or sent as JSON is made so here, where the classes of its objects still are. */
function asJson(value: unknown): unknown {
  if (value === undefined || typeof value === 'string') return value;
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? undefined : JSON.parse(text);
}
