/** Sources of access that answer as a test says, and credentials for them. */

import type {
  AccessRequest,
  Authenticator,
  Authorizer,
  ClientIdentity,
  Credentials,
  LoginVerdict,
  Permission,
} from '../../src/ports/access.ts';
import type { AccessSource } from '../../src/ports/access-source.ts';

type LoginAnswer = LoginVerdict | { outcome: 'ignore' };

export interface ScriptedSource extends AccessSource {
  readonly asked: string[];
  closed: boolean;
}

export interface Script {
  readonly name?: string;
  readonly login?: (credentials: Credentials) => LoginAnswer | Promise<LoginAnswer>;
  readonly permission?: (client: ClientIdentity, request: AccessRequest) => Permission | Promise<Permission>;
  readonly because?: string;
  readonly checksDelivery?: boolean;
  readonly reload?: () => Promise<void>;
}

/** A source that notes what it is asked. */
export function scriptedSource(script: Script): ScriptedSource {
  const { name = 'scripted', login, permission, because, checksDelivery = false, reload } = script;
  const asked: string[] = [];
  const authenticator: Authenticator | undefined = login && {
    name,
    authenticate: (credentials) => {
      asked.push(`login ${credentials.clientId}`);
      return login(credentials);
    },
  };
  const authorizer: Authorizer | undefined = permission && {
    name,
    checksDelivery,
    authorize: (client, request) => {
      asked.push(`${request.action} ${request.topic}`);
      return permission(client, request);
    },
    ...(because !== undefined && {
      explain: async (client, request) => ({ answer: await permission(client, request), because }),
    }),
  };
  const source: ScriptedSource = {
    name,
    kind: 'scripted',
    asked,
    closed: false,
    ...(authenticator && { authenticator }),
    ...(authorizer && { authorizer }),
    ...(reload && { reload }),
    close: async () => {
      source.closed = true;
    },
  };
  return source;
}

/** A client on the listener `tcp`; with `username` a password as well. */
export function credentialsOf(given: Partial<Credentials> & { listener?: string } = {}): Credentials {
  const { listener = 'tcp', ...rest } = given;
  return {
    clientId: 'c',
    username: undefined,
    password: given.username === undefined ? undefined : Buffer.from('secret'),
    version: 5,
    anonymous: 'deny',
    peer: {
      address: '127.0.0.1',
      port: 40_000,
      localAddress: '127.0.0.1',
      localPort: 1883,
      listener,
      transport: 'tcp',
    },
    ...rest,
  };
}
