/** Which steps are asked about the clients of which listener. Made when listeners open, and looked up for each question. */

import type { Action } from '../../ports/access.ts';
import type { SourceStep } from './source-step.ts';

/** What is checked of the clients of one listener. */
export interface ListenerChecks {
  /** Whether sources are asked about logins. Default true; otherwise everybody is one whom nobody knows. */
  readonly logins?: boolean;
  /** Whether permissions are asked about. Default true; otherwise everything is allowed. */
  readonly permissions?: boolean;
  /** What holds when nobody speaks of a topic. Default: what holds for all. */
  readonly unmatched?: 'allow' | 'deny';
}

/** The steps for the clients of one listener, in their order. */
export interface Route {
  readonly all: readonly SourceStep[];
  /** Whether its clients may do everything that is not the broker's own. */
  readonly isOpen: boolean;
  /** Whether its clients may do what nobody speaks of; undefined where what holds for all does. */
  readonly allowsUnmatched?: boolean;
  readonly logins: readonly SourceStep[];
  /** Those that are asked what a client may publish. */
  readonly permissions: readonly SourceStep[];
  /** Those that are asked what a client may subscribe to: the same, and the one that is asked about that alone. */
  readonly subscriptions: readonly SourceStep[];
  /** Those that are asked about each message on its way to a client. */
  readonly deliveries: readonly SourceStep[];
}

export class Routes {
  #whole: Route;
  readonly #last: SourceStep | undefined;
  readonly #byListener = new Map<string, Route>();
  /** What `limit` was told of each listener, to be told again when the steps change. */
  readonly #limits = new Map<string, readonly [sources: readonly string[] | undefined, checks: ListenerChecks]>();

  /** @param last asked about subscriptions at every listener when no other step has spoken */
  constructor(steps: readonly SourceStep[], last: SourceStep | undefined) {
    this.#last = last;
    this.#whole = routeOf(steps, last);
  }

  /** All steps there are. */
  get whole(): Route {
    return this.#whole;
  }

  of(listener: string): Route {
    return this.#byListener.get(listener) ?? this.#whole;
  }

  /** From now on, only these sources are asked about clients of the listener, besides what the program brings. */
  limit(listener: string, sources: readonly string[] | undefined, checks: ListenerChecks): void {
    this.#limits.set(listener, [sources, checks]);
    const chosen = this.#whole.all.filter(
      ({ parts }) => parts.kind === 'program' || (sources?.includes(parts.name) ?? true),
    );
    const route = routeOf(chosen, this.#last);
    this.#byListener.set(listener, {
      ...route,
      ...(checks.logins === false && { all: [], logins: [] }),
      ...(checks.permissions === false && { isOpen: true, deliveries: [] }),
      ...(checks.unmatched !== undefined && { allowsUnmatched: checks.unmatched === 'allow' }),
    });
  }

  /** From now on, these are the steps, within the limits of each listener. */
  replace(steps: readonly SourceStep[]): void {
    this.#whole = routeOf(steps, this.#last);
    for (const [listener, [sources, checks]] of this.#limits) this.limit(listener, sources, checks);
  }
}

function routeOf(all: readonly SourceStep[], last: SourceStep | undefined): Route {
  const permissions = all.filter(({ parts }) => parts.authorizer !== undefined);
  return {
    all,
    isOpen: false,
    logins: all.filter(({ parts }) => parts.authenticator !== undefined),
    permissions,
    subscriptions: last === undefined ? permissions : [...permissions, last],
    deliveries: permissions.filter(({ parts }) => parts.authorizer?.checksDelivery === true),
  };
}

/** The steps that are asked about an action. */
export function stepsFor(route: Route, action: Action): readonly SourceStep[] {
  if (action === 'publish') return route.permissions;
  return action === 'subscribe' ? route.subscriptions : route.deliveries;
}
