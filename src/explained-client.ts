/** As whom the chain is asked in an explanation: a client that need not be there, a bridge, or a caller of the API. */

import type { Explained } from './access/chain/explain.ts';
import { bridgeIdentity } from './bridges/logins.ts';
import { InvalidRequest } from './broker/invalid-request.ts';
import type { Loaded } from './config/load.ts';
import type { ClientIdentity } from './ports/access.ts';
import { quote } from './std/shorten.ts';

export interface ExplainedClient {
  readonly client: ClientIdentity;
  /** Whose word of permissions.unchecked it is by which nobody is asked. */
  readonly unchecked: 'bridges' | 'api' | undefined;
}

/** @throws InvalidRequest where it is none of the three, or several, and for a bridge that there is not */
export async function explainedClient(
  { settings, listeners }: Pick<Loaded, 'settings' | 'listeners'>,
  { clientId, username, bridge, caller, address, listener }: Explained,
): Promise<ExplainedClient> {
  const given = [clientId, bridge, caller].filter((one) => one !== undefined && one !== '');
  if (given.length !== 1) {
    throw new InvalidRequest(`A client, a bridge or a caller of the API is asked about; got ${given.length} of them`);
  }
  const unchecked = settings.list('permissions.unchecked');
  if (bridge !== undefined) {
    const { bridgeSpecs } = await import('./open-bridges.ts');
    const spec = bridgeSpecs(settings.bridges).find(({ name }) => name === bridge);
    if (spec === undefined) throw new InvalidRequest(`There is no bridge ${quote(bridge)}`);
    const client = bridgeIdentity(spec.localClientId, spec.localUsername);
    return { client, unchecked: unchecked.includes('bridges') ? 'bridges' : undefined };
  }
  if (caller !== undefined) {
    const { callerIdentity } = await import('./api/asker.ts');
    const client = callerIdentity(caller, address);
    return { client, unchecked: unchecked.includes('api') ? 'api' : undefined };
  }
  const name = listener ?? listeners[0]?.name ?? '';
  const found = listeners.find((one) => one.name === name);
  const { transport = 'tcp', port: localPort = 0 } = found ?? {};
  const peer = { address, port: 0, localAddress: '', localPort, listener: name, transport };
  return { client: { clientId: clientId!, username, peer, version: 5 }, unchecked: undefined };
}
