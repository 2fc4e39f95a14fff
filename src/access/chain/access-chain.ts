/**
 * The login chain and the permission chain: sources are asked in their order and the first answer counts. When no source
 * knows a client, the listener's rule for anonymous clients decides; when no source speaks of a topic, `unmatched` does.
 * A client that a source refused is never let in as anonymous, and a source that cannot answer never means yes.
 */

import type { Qos } from '../../packet/types.ts';
import type {
  Access,
  AccessRequest,
  Action,
  Authenticator,
  Authorizer,
  ClientIdentity,
  Credentials,
  EnhancedAuthenticator,
  Exchange,
  LoginVerdict,
} from '../../ports/access.ts';
import type { AccessSource } from '../../ports/access-source.ts';
import { BackendError } from '../../ports/backend-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Log, silentLog } from '../../ports/log.ts';
import { isPromiseLike } from '../../std/promise-like.ts';
import { SystemClock } from '../../std/system-clock.ts';
import { type Explanation, explainPermission, settled } from './explain.ts';
import { LoginExchange } from './login-exchange.ts';
import { decideByLogin } from './login-permissions.ts';
import { anonymousLogin, LoginRules, type RefusalCode, unavailable } from './login-rules.ts';
import { type ListenerChecks, Routes, stepsFor } from './routes.ts';
import { inOrder } from './source-order.ts';
import { type LoginAnswer, type PermissionAnswer, SourceStep, type StepParts } from './source-step.ts';
import type { AccessStatistics } from './statistics.ts';

/** A source and what the operator has said about it. */
export interface ChainSource {
  readonly source: AccessSource;
  /** What holds while it cannot answer. Default `deny`. */
  readonly onFailure?: 'deny' | 'ignore';
  /** Default 20. */
  readonly answerSecondsMax?: number;
  /** What a client is told whom this source refuses; as for all unless given. */
  readonly refusalCode?: RefusalCode;
}

export interface AccessChainOptions {
  readonly authenticators?: readonly Authenticator[];
  readonly enhancedAuthenticators?: readonly EnhancedAuthenticator[];
  readonly authorizers?: readonly Authorizer[];
  /** Asked after all of these, in this order. */
  readonly sources?: readonly ChainSource[];
  /** Asked last, and about subscriptions alone: what holds where nobody has said anything else. */
  readonly subscriptionDefault?: Authorizer | undefined;
  /** What holds when nobody speaks of a topic; `allow` unless given. */
  readonly unmatched?: 'allow' | 'deny';
  /** What a client is told whose login is refused or not known; `bad_credentials` unless given. */
  readonly refusalCode?: RefusalCode;
  /** Whether clients that show nothing are refused where anybody checks logins. False unless given. */
  readonly requireCredentials?: boolean;
  readonly clock?: Clock;
  readonly log?: Log;
}

const ANSWER_SECONDS_MAX = 20;

/** What a program brings is no section of the configuration. */
const ofProgram = {
  kind: 'program',
  enhanced: [],
  onFailure: 'deny',
  answerSecondsMax: ANSWER_SECONDS_MAX,
  choosesCodes: true,
} as const;

export class AccessChain implements Access {
  /** Whether the sources of the configuration are asked about enhanced authentication. */
  takesExchanges = true;
  readonly #routes: Routes;
  readonly #rules: LoginRules;
  readonly #unmatched: boolean;
  readonly #listeners = new Set<() => void>();
  readonly #clock: Clock;
  readonly #log: Log;
  #anonymousAllowed = 0;
  #anonymousRefused = 0;
  #revision = 0;
  #lastRequest: AccessRequest = { action: 'publish', topic: '', qos: 0, retain: false };

  constructor(options: AccessChainOptions = {}) {
    this.#clock = options.clock ?? new SystemClock();
    this.#log = options.log ?? silentLog;
    const stepOf = (parts: StepParts): SourceStep => new SourceStep(parts, this.#clock, this.#log);
    const { subscriptionDefault: last } = options;
    this.#routes = new Routes(
      partsOf(options).map(stepOf),
      last && stepOf({ ...ofProgram, kind: 'broker', name: last.name, authorizer: last }),
    );
    this.#rules = new LoginRules(options.refusalCode ?? 'bad_credentials', options.requireCredentials ?? false);
    this.#unmatched = (options.unmatched ?? 'allow') === 'allow';
  }

  get checksDelivery(): boolean {
    return this.#routes.whole.deliveries.length > 0;
  }

  get revision(): number {
    return this.#revision;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Tells that permissions given before may no longer hold. */
  rulesChanged(): void {
    this.#revision++;
    for (const listener of [...this.#listeners]) listener();
  }

  /** From now on, only these sources are asked about clients of the listener, and only about what is checked there. */
  limitListener(listener: string, sources: readonly string[] | undefined, checks: ListenerChecks = {}): void {
    this.#routes.limit(listener, sources, checks);
  }

  /**
   * Asks one source more from now on: after those there are, or before the sources of the configuration where it is a
   * plugin's. What clients were allowed before is looked at again.
   * @param before the name of the source that is asked next instead
   */
  add(source: ChainSource, isPlugin: boolean = false, before?: string): void {
    const step = new SourceStep(isPlugin ? pluginPartsOf(source) : sourcePartsOf(source), this.#clock, this.#log);
    const steps = [...this.#routes.whole.all];
    const firstSource = steps.findIndex(({ parts }) => parts.kind !== 'program');
    const next = isPlugin ? firstSource : steps.findIndex(({ parts }) => parts.name === before);
    steps.splice(next >= 0 ? next : steps.length, 0, step);
    this.#routes.replace(steps);
    this.rulesChanged();
  }

  /** Asks a source no more. False: there is none of this name. */
  remove(name: string): boolean {
    const steps = this.#routes.whole.all.filter(({ parts }) => parts.name !== name);
    if (steps.length === this.#routes.whole.all.length) return false;
    this.#routes.replace(steps);
    this.rulesChanged();
    return true;
  }

  /**
   * Asks these sources in this order from now on, in the places that they have together; what the program and plugins
   * bring keeps its place. What clients were allowed before is looked at again.
   */
  order(names: readonly string[]): void {
    const { all } = this.#routes.whole;
    const steps = inOrder(all, ({ parts }) => (parts.kind === 'program' ? undefined : parts.name), names);
    if (steps === all) return;
    this.#routes.replace(steps);
    this.rulesChanged();
  }

  /**
   * Asks whoever stands behind a source a harmless question, and notes whether it answers as if a client had asked.
   * @throws what the source throws
   */
  async test(source: Pick<AccessSource, 'name' | 'test'>): Promise<void> {
    const step = this.#routes.whole.all.find(({ parts }) => parts.name === source.name);
    const failure = await step?.waitFor<{ readonly error: unknown } | undefined>(
      async () => {
        await source.test?.();
        return undefined;
      },
      (error) => ({ error }),
    );
    if (failure !== undefined) throw failure.error;
  }

  /** Whether anybody is asked about logins at a listener. */
  checksLogins(listener: string): boolean {
    return this.#routes
      .of(listener)
      .all.some(({ parts }) => parts.authenticator !== undefined || parts.enhanced.length > 0);
  }

  get statistics(): AccessStatistics {
    return {
      sources: this.#routes.whole.all.map((step) => step.statistics),
      anonymousAllowed: this.#anonymousAllowed,
      anonymousRefused: this.#anonymousRefused,
    };
  }

  authenticate(credentials: Credentials): LoginVerdict | Promise<LoginVerdict> {
    const { logins } = this.#routes.of(credentials.peer.listener);
    if (logins.length > 0 && this.#rules.refusesUnasked(credentials)) return this.#rules.nothingShown;
    return this.#authenticateFrom(0, logins, credentials);
  }

  #authenticateFrom(
    first: number,
    steps: readonly SourceStep[],
    credentials: Credentials,
  ): LoginVerdict | Promise<LoginVerdict> {
    for (let i = first; i < steps.length; i++) {
      const step = steps[i]!;
      const answer = step.login(step.parts.authenticator!, credentials);
      if (isPromiseLike(answer)) {
        return answer.then((late) => this.#loginOf(step, late) ?? this.#authenticateFrom(i + 1, steps, credentials));
      }
      const verdict = this.#loginOf(step, answer);
      if (verdict !== undefined) return verdict;
    }
    return this.#loginOfUnknown(credentials);
  }

  /** What an answer means for the client; undefined when the next is asked. */
  #loginOf({ parts, lastError }: SourceStep, answer: LoginAnswer): LoginVerdict | undefined {
    switch (answer.outcome) {
      case 'ignore':
        return undefined;
      case 'failed':
        return parts.onFailure === 'ignore' ? undefined : unavailable(lastError);
      case 'deny':
        return { ...answer, reasonCode: this.#rules.refusalCode(answer.reasonCode, parts) };
      case 'allow':
        return answer;
    }
  }

  #loginOfUnknown(credentials: Credentials): LoginVerdict {
    if (this.#rules.letsInUnknown(credentials)) {
      this.#anonymousAllowed++;
      return anonymousLogin;
    }
    this.#anonymousRefused++;
    return this.#rules.unknown;
  }

  exchange(method: string, credentials: Credentials): Exchange | undefined {
    for (const step of this.#routes.of(credentials.peer.listener).all) {
      if (!this.takesExchanges && step.parts.kind !== 'program') continue;
      const authenticator = step.parts.enhanced.find((one) => one.method === method);
      if (authenticator !== undefined) return new LoginExchange(step, authenticator, credentials, this.#rules);
    }
    return undefined;
  }

  /** @throws BackendError `ACCESS_UNAVAILABLE` when a source that must not be passed over cannot answer */
  authorize(
    client: ClientIdentity,
    action: Action,
    topic: string,
    qos: Qos,
    retain: boolean,
  ): boolean | Promise<boolean> {
    const route = this.#routes.of(client.peer.listener);
    if (route.isOpen) return true;
    const isDelivery = action === 'receive';
    const steps = stepsFor(route, action);
    // Whoever may subscribe may receive, unless somebody looks at each message.
    const unmatched = isDelivery || (route.allowsUnmatched ?? this.#unmatched);
    if (steps.length === 0 && (client.permissions === undefined || isDelivery)) return unmatched;
    const request = this.#requestOf(action, topic, qos, retain);
    const ofLogin = decideByLogin(client, request);
    if (ofLogin !== 'ignore') return ofLogin === 'allow';
    return this.#authorizeFrom(0, steps, client, request, unmatched);
  }

  /** A client that publishes to one topic again and again costs one object. Nobody ever changes a request. */
  #requestOf(action: Action, topic: string, qos: Qos, retain: boolean): AccessRequest {
    const last = this.#lastRequest;
    if (last.topic === topic && last.action === action && last.qos === qos && last.retain === retain) return last;
    this.#lastRequest = { action, topic, qos, retain };
    return this.#lastRequest;
  }

  #authorizeFrom(
    first: number,
    steps: readonly SourceStep[],
    client: ClientIdentity,
    request: AccessRequest,
    unmatched: boolean,
  ): boolean | Promise<boolean> {
    for (let i = first; i < steps.length; i++) {
      const step = steps[i]!;
      const answer = step.permission(step.parts.authorizer!, client, request);
      if (isPromiseLike(answer)) {
        return answer.then(
          (late) => permissionOf(step, late) ?? this.#authorizeFrom(i + 1, steps, client, request, unmatched),
        );
      }
      const permission = permissionOf(step, answer);
      if (permission !== undefined) return permission;
    }
    return unmatched;
  }

  /** Asks everybody, in order, and says who decided and why. Nothing is counted, and nothing remembered. */
  explain(client: ClientIdentity, request: AccessRequest): Promise<Explanation> {
    const route = this.#routes.of(client.peer.listener);
    if (route.isOpen) return Promise.resolve(settled('allow', 'permissions are not checked at this listener'));
    const allows = route.allowsUnmatched ?? this.#unmatched;
    return explainPermission(client, request, stepsFor(route, request.action), allows ? 'allow' : 'deny');
  }
}

/** What an answer means; undefined when the next is asked. */
function permissionOf({ parts, lastError }: SourceStep, answer: PermissionAnswer): boolean | undefined {
  if (answer === 'ignore') return undefined;
  if (answer !== 'failed') return answer === 'allow';
  if (parts.onFailure === 'ignore') return undefined;
  const message = `Access source ${parts.name} cannot answer, so nothing is allowed (on_failure: deny).`;
  throw new BackendError('ACCESS_UNAVAILABLE', message, { cause: lastError, retryable: true });
}

function partsOf(options: AccessChainOptions): StepParts[] {
  const { authenticators = [], enhancedAuthenticators = [], authorizers = [], sources = [] } = options;
  return [
    ...authenticators.map((authenticator) => ({ ...ofProgram, name: authenticator.name, authenticator })),
    ...enhancedAuthenticators.map((one) => ({ ...ofProgram, name: one.method, enhanced: [one] })),
    ...authorizers.map((authorizer) => ({ ...ofProgram, name: authorizer.name, authorizer })),
    ...sources.map(sourcePartsOf),
  ];
}

function sourcePartsOf({
  source,
  onFailure = 'deny',
  answerSecondsMax = ANSWER_SECONDS_MAX,
  refusalCode,
}: ChainSource): StepParts {
  return {
    name: source.name,
    kind: source.kind,
    authenticator: source.authenticator,
    enhanced: source.enhancedAuthenticators ?? [],
    authorizer: source.authorizer,
    onFailure,
    answerSecondsMax,
    choosesCodes: false,
    ...(refusalCode !== undefined && { refusalCode }),
  };
}

/** What a plugin brings is asked at every listener, as what the program brings. */
const pluginPartsOf = (source: ChainSource): StepParts => ({
  ...sourcePartsOf(source),
  kind: 'program',
  choosesCodes: true,
});
