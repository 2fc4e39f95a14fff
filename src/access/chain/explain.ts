/** Why a client may or may not do something: every source in order, what each says and why, and which one decides. */

import type { AccessRequest, ClientIdentity, ExplainedPermission, Permission } from '../../ports/access.ts';
import { readsBridgeList } from '../../topic/bridge-list.ts';
import { isDelayedTopic, parseDelayedTopic } from '../../topic/delayed.ts';
import { isReservedToPublish } from '../../topic/reserved.ts';
import { explainByLogin } from './login-permissions.ts';
import type { SourceStep } from './source-step.ts';

export interface ExplainedStep {
  /** The name of the source's section, or what else was asked. */
  readonly source: string;
  /** What it is: `postgresql`; `broker`, `login`, `program` for what no section stands for. */
  readonly kind: string;
  readonly answer: Permission | 'failed';
  /** The rule or the reason, in words. */
  readonly because: string;
  /** Exactly one step decides. Those behind it say what they would have answered. */
  readonly decides: boolean;
}

export interface Explanation {
  readonly allowed: boolean;
  /** In the order in which the broker asks. */
  readonly steps: readonly ExplainedStep[];
}

/** Who is asked about, of three: a client by its identifier, a bridge by its name, a caller of the API by its name. */
export interface Explained {
  readonly clientId?: string | undefined;
  /** Of a client. */
  readonly username?: string | undefined;
  readonly bridge?: string | undefined;
  /** Name of a login or of a key. */
  readonly caller?: string | undefined;
  /** Of a client or a caller. */
  readonly address: string;
  /** Of a client; the first one unless given. */
  readonly listener?: string | undefined;
}

type Step = Omit<ExplainedStep, 'decides'>;

/** Whoever explains what stands behind it: the chain. */
interface Explaining {
  explain(client: ClientIdentity, request: AccessRequest): Promise<Explanation>;
}

/** What holds before any source is asked. */
export interface Standing {
  /** Of the listener; the topic of the request is as the client names it. */
  readonly mountpoint: string;
  /** Whether the client's login made it one. */
  readonly superuser: boolean;
}

/** The whole answer, with the rules that hold for everybody. The topic of a subscription comes without `$share/…/`. */
export async function explainAccess(
  chain: Explaining,
  client: ClientIdentity,
  request: AccessRequest,
  { mountpoint, superuser }: Standing,
): Promise<Explanation> {
  const topic = mountpoint + request.topic;
  if (request.action === 'publish' && isReservedToPublish(topic, client.clientId)) {
    return settled('deny', 'only the broker publishes there');
  }
  if (request.action === 'publish' && isDelayedTopic(topic)) {
    const later = await explainDelayed(chain, client, { ...request, topic }, superuser);
    if (later !== undefined) return later;
  }
  if (readsBridgeList(request.action, topic)) return settled('allow', 'everybody may read the list of bridges');
  if (superuser) return settled('allow', 'a superuser may do everything');
  return await chain.explain(client, { ...request, topic });
}

/** The whole answer where the topic itself is refused; undefined where the one with `$delayed` before it decides. */
async function explainDelayed(
  chain: Explaining,
  client: ClientIdentity,
  request: AccessRequest,
  superuser: boolean,
): Promise<Explanation | undefined> {
  const topic = parseDelayedTopic(request.topic)?.topic;
  if (topic === undefined) return undefined;
  const later = await explainAccess(chain, client, { ...request, topic }, { mountpoint: '', superuser });
  if (later.allowed) return undefined;
  const steps = later.steps.map((step) => ({ ...step, because: `of ${topic}: ${step.because}` }));
  return { allowed: false, steps };
}

/**
 * @param asked in this order
 * @param unmatched what holds when nobody speaks of the topic
 */
export async function explainPermission(
  client: ClientIdentity,
  request: AccessRequest,
  asked: readonly SourceStep[],
  unmatched: 'allow' | 'deny',
): Promise<Explanation> {
  const steps: (Step & { readonly passesOver?: boolean })[] = [];
  // Where no source looks at deliveries the broker asks nobody about them, the login's permissions neither.
  const isUnasked = request.action === 'receive' && asked.length === 0;
  const ofLogin = isUnasked ? undefined : explainByLogin(client, request);
  if (ofLogin !== undefined) steps.push({ source: 'permissions of the login', kind: 'login', ...ofLogin });
  for (const step of asked) {
    const { name: source, kind, onFailure } = step.parts;
    const explained = await askForReason(step, client, request);
    steps.push({ source, kind, ...explained, passesOver: onFailure === 'ignore' });
  }
  // A client that may subscribe may receive, unless a source looks at each message.
  const last = request.action === 'receive' ? 'allow' : unmatched;
  const because = request.action === 'receive' ? 'who may subscribe may receive' : `permissions.unmatched is ${last}`;
  steps.push({ source: 'nobody else', kind: 'broker', answer: last, because });
  return explanationOf(steps);
}

/** An answer that stands before everything: nobody else is asked. */
export function settled(answer: 'allow' | 'deny', because: string): Explanation {
  return explanationOf([{ source: 'broker', kind: 'broker', answer, because }]);
}

async function askForReason(
  step: SourceStep,
  client: ClientIdentity,
  request: AccessRequest,
): Promise<ExplainedPermission | { readonly answer: 'failed'; readonly because: string }> {
  const authorizer = step.parts.authorizer!;
  return await step.waitFor<ExplainedPermission | { readonly answer: 'failed'; readonly because: string }>(
    async () => {
      if (authorizer.explain !== undefined) return await authorizer.explain(client, request);
      return { answer: await authorizer.authorize(client, request), because: 'it gives no reason' };
    },
    (error) => {
      const text = error instanceof Error ? error.message : String(error);
      return { answer: 'failed', because: `${text} (on_failure: ${step.parts.onFailure})` };
    },
  );
}

function explanationOf(steps: readonly (Step & { readonly passesOver?: boolean })[]): Explanation {
  const index = steps.findIndex(
    ({ answer, passesOver }) => answer === 'allow' || answer === 'deny' || (answer === 'failed' && passesOver !== true),
  );
  const explained = steps.map(({ source, kind, answer, because }, at) => {
    return { source, kind, answer, because, decides: at === index };
  });
  return { allowed: steps[index]?.answer === 'allow', steps: explained };
}

/** What holds for callers of the API where the operator has said that nobody is asked about them. */
export const uncheckedCaller: Explanation = settled('allow', 'permissions.unchecked names api');
