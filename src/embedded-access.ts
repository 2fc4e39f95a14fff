/** The chains of logins and permissions that the options of an embedding program make. */

import { AccessChain, type ChainSource } from './access/chain/access-chain.ts';
import { hookAuthenticator, hookAuthorizer } from './access/chain/hooks.ts';
import { inOrder } from './access/chain/source-order.ts';
import { defaultRules } from './access/default-rules.ts';
import type { CreateBrokerOptions } from './embedded-broker.ts';
import type { AccessSource } from './ports/access-source.ts';
import type { Clock } from './ports/clock.ts';
import type { Log } from './ports/log.ts';

/** Functions are asked before objects, and these before sources. */
export function accessOf(options: CreateBrokerOptions, clock: Clock, log: Log): AccessChain {
  const { authenticate, authorize, authenticators = [], authorizers = [], sources = [] } = options;
  return new AccessChain({
    authenticators: authenticate === undefined ? authenticators : [hookAuthenticator(authenticate), ...authenticators],
    enhancedAuthenticators: options.enhancedAuthenticators ?? [],
    authorizers: authorize === undefined ? authorizers : [hookAuthorizer(authorize), ...authorizers],
    sources: sources.map(chainSource),
    subscriptionDefault: options.sysReaders === 'everybody' ? undefined : defaultRules,
    unmatched: options.unmatched ?? 'allow',
    refusalCode: options.refusalCode ?? 'bad_credentials',
    requireCredentials: options.requireCredentials ?? false,
    clock,
    log,
  });
}

/** A source about which the operator has said nothing. */
export function chainSource(source: AccessSource | ChainSource): ChainSource {
  return 'source' in source ? source : { source };
}

/** Puts the sources of a broker into this order, in its list and in its chain. */
export function orderSources(sources: ChainSource[], access: AccessChain, names: readonly string[]): void {
  sources.splice(0, sources.length, ...inOrder(sources, ({ source }) => source.name, names));
  access.order(names);
}
