/**
 * All hooks of all loaded plugins, in the order of loading, and the places of the broker that ask them. A place is empty
 * while no plugin wants it, so hooks that nobody uses cost nothing.
 */

import type { Broker, SubscriptionWish } from '../broker/broker.ts';
import type { Message } from '../packet/message.ts';
import type { ClientIdentity } from '../ports/access.ts';
import type { HookName, MessageChange, PluginSubscription } from '../ports/plugin.ts';
import { isPromiseLike } from '../std/promise-like.ts';
import { isRefusal } from './answers.ts';
import { eventHooks } from './event-hooks.ts';
import { FAILED, type Guarded, type GuardedHook } from './guarded-hook.ts';
import { type EventHookName, hookNames, isEventHook } from './hook-names.ts';
import { changedMessage, MessageView } from './plugin-message.ts';

/** What a client is told that is refused because a plugin failed. */
const FAILURE_CODE = 0x83;

export type HookedBroker = Pick<Broker, 'on' | 'hooks'>;

export class HookTable {
  readonly #broker: HookedBroker;
  readonly #hooks = new Map<HookName, readonly GuardedHook[]>(hookNames.map((name) => [name, []]));
  /** End the listening to the broker's events. */
  readonly #listening = new Map<EventHookName, readonly (() => void)[]>();
  /** What the program around the broker asks for; it is asked first. */
  readonly #ofProgram: HookedBroker['hooks']['publish'];

  constructor(broker: HookedBroker) {
    this.#broker = broker;
    this.#ofProgram = broker.hooks.publish;
  }

  add(hooks: readonly GuardedHook[]): void {
    for (const hook of hooks) this.#hooks.set(hook.hook, [...this.#of(hook.hook), hook]);
    this.#connect();
  }

  remove(hooks: readonly GuardedHook[]): void {
    const gone = new Set(hooks);
    for (const [name, all] of this.#hooks) {
      if (all.some((hook) => gone.has(hook))) {
        this.#hooks.set(
          name,
          all.filter((hook) => !gone.has(hook)),
        );
      }
    }
    this.#connect();
  }

  #of(name: HookName): readonly GuardedHook[] {
    return this.#hooks.get(name) ?? [];
  }

  #connect(): void {
    for (const name of hookNames) if (isEventHook(name)) this.#connectEvent(name);
    const { hooks } = this.#broker;
    const isWanted = (hook: HookName): boolean => this.#of(hook).length > 0;
    hooks.connect = isWanted('client.connect')
      ? (client, keepAlive) => this.#connectAllowed(0, client, keepAlive)
      : undefined;
    hooks.subscribe = isWanted('client.subscribe') ? (client, wishes) => this.#subscribe(0, client, wishes) : undefined;
    hooks.unsubscribe = isWanted('client.unsubscribe')
      ? (client, filters) => this.#unsubscribe(0, client, filters)
      : undefined;
    hooks.publish = isWanted('message.publish')
      ? (message, client, isWill) => this.#published(message, client, isWill)
      : this.#ofProgram;
  }

  #connectEvent(name: EventHookName): void {
    const isWanted = this.#of(name).length > 0;
    if (isWanted === this.#listening.has(name)) return;
    for (const end of this.#listening.get(name) ?? []) end();
    this.#listening.delete(name);
    if (!isWanted) return;
    const tell = (event: unknown, topic?: string): void => {
      for (const hook of this.#of(name)) if (topic === undefined || hook.concerns(topic)) void hook.ask(event);
    };
    this.#listening.set(name, eventHooks[name](this.#broker, tell));
  }

  #connectAllowed(from: number, client: ClientIdentity, keepAlive: number): number | Promise<number> {
    const hooks = this.#of('client.connect');
    for (let i = from; i < hooks.length; i++) {
      const hook = hooks[i]!;
      const codeOf = (answer: Guarded): number => {
        if (answer === FAILED) return hook.failsOpen ? 0 : FAILURE_CODE;
        return isRefusal(answer) ? answer.refuse : 0;
      };
      const answer = hook.ask({ client, keepAlive });
      if (answer instanceof Promise) {
        return answer.then((late) => codeOf(late) || this.#connectAllowed(i + 1, client, keepAlive));
      }
      const code = codeOf(answer);
      if (code !== 0) return code;
    }
    return 0;
  }

  #subscribe(
    from: number,
    client: ClientIdentity,
    wishes: readonly (SubscriptionWish | number)[],
  ): readonly (SubscriptionWish | number)[] | Promise<readonly (SubscriptionWish | number)[]> {
    const hooks = this.#of('client.subscribe');
    let current = wishes;
    for (let i = from; i < hooks.length; i++) {
      const hook = hooks[i]!;
      const open = current.filter((wish): wish is SubscriptionWish => typeof wish !== 'number');
      if (open.length === 0) return current;
      const before = current;
      const answer = hook.ask({ client, subscriptions: open.map(shownWish) });
      if (answer instanceof Promise) {
        return answer.then((late) => this.#subscribe(i + 1, client, changedWishes(before, late, hook)));
      }
      current = changedWishes(before, answer, hook);
    }
    return current;
  }

  #unsubscribe(
    from: number,
    client: ClientIdentity,
    filters: readonly (string | number)[],
  ): readonly (string | number)[] | Promise<readonly (string | number)[]> {
    const hooks = this.#of('client.unsubscribe');
    let current = filters;
    for (let i = from; i < hooks.length; i++) {
      const hook = hooks[i]!;
      const open = current.filter((filter): filter is string => typeof filter === 'string');
      if (open.length === 0) return current;
      const before = current;
      const answer = hook.ask({ client, filters: open });
      if (answer instanceof Promise) {
        return answer.then((late) => this.#unsubscribe(i + 1, client, changedFilters(before, late, hook)));
      }
      current = changedFilters(before, answer, hook);
    }
    return current;
  }

  #published(
    message: Message,
    client: ClientIdentity | undefined,
    isWill: boolean,
  ): Message | number | Promise<Message | number> {
    const first = this.#ofProgram === undefined ? message : this.#ofProgram(message, client, isWill);
    if (!isPromiseLike(first)) return typeof first === 'number' ? first : this.#publish(0, first, client);
    return Promise.resolve(first).then((late) => (typeof late === 'number' ? late : this.#publish(0, late, client)));
  }

  #publish(
    from: number,
    message: Message,
    client: ClientIdentity | undefined,
  ): Message | number | Promise<Message | number> {
    const hooks = this.#of('message.publish');
    let current = message;
    for (let i = from; i < hooks.length; i++) {
      const hook = hooks[i]!;
      if (!hook.concerns(current.topic)) continue;
      const answer = hook.ask({ message: new MessageView(current), client });
      if (answer instanceof Promise) {
        const before = current;
        return answer.then((late) => {
          const next = messageAfter(before, late, hook);
          return typeof next === 'number' ? next : this.#publish(i + 1, next, client);
        });
      }
      const next = messageAfter(current, answer, hook);
      if (typeof next === 'number') return next;
      current = next;
    }
    return current;
  }
}

/** The message that goes on, 0 when it is taken, or the Reason Code that refuses it. */
function messageAfter(message: Message, answer: Guarded, hook: GuardedHook): Message | number {
  if (answer === undefined) return message;
  if (answer === FAILED) return hook.failsOpen ? message : FAILURE_CODE;
  if (answer === 'taken') return 0;
  return isRefusal(answer) ? answer.refuse : changedMessage(message, answer as MessageChange);
}

function shownWish({ filter, qos, noLocal, retainAsPublished, retainHandling }: SubscriptionWish): PluginSubscription {
  return { filter, qos, noLocal, retainAsPublished, retainHandling };
}

/** Puts what a hook has answered in the places that it was asked about. */
function answered<T>(
  before: readonly (T | number)[],
  answer: Guarded,
  hook: GuardedHook,
  one: (before: T, answer: unknown) => T | number,
): readonly (T | number)[] {
  if (answer === undefined || (answer === FAILED && hook.failsOpen)) return before;
  let at = 0;
  return before.map((entry) => {
    if (typeof entry === 'number') return entry;
    return answer === FAILED ? FAILURE_CODE : one(entry, (answer as readonly unknown[])[at++]);
  });
}

function changedWishes(
  before: readonly (SubscriptionWish | number)[],
  answer: Guarded,
  hook: GuardedHook,
): readonly (SubscriptionWish | number)[] {
  return answered<SubscriptionWish>(before, answer, hook, (wish, given) => {
    if (given === undefined) return wish;
    return isRefusal(given) ? given.refuse : { ...wish, ...(given as Partial<SubscriptionWish>) };
  });
}

function changedFilters(
  before: readonly (string | number)[],
  answer: Guarded,
  hook: GuardedHook,
): readonly (string | number)[] {
  return answered<string>(before, answer, hook, (filter, given) => (given as string | undefined) ?? filter);
}
