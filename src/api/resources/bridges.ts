/** Bridges to other brokers. */

import { Type } from 'typebox';
import type { BridgeStatus } from '../../bridges/spec.ts';
import { ApiFailure } from '../failure.ts';
import type { Management } from '../management.ts';
import { type Route, route } from '../route.ts';
import { timeText, versionText } from '../shapes.ts';

const bridge = Type.Object({
  name: Type.String(),
  state: Type.String(),
  startType: Type.String(),
  address: Type.String(),
  version: Type.Optional(Type.String()),
  remoteClientId: Type.String(),
  localClientId: Type.String(),
  connectedAt: Type.Optional(Type.String()),
  retryAt: Type.Optional(Type.String()),
  inflight: Type.Integer(),
  queued: Type.Integer(),
  lastFailure: Type.Optional(
    Type.Object({
      code: Type.String(),
      message: Type.String(),
      fields: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
      atMs: Type.Number(),
    }),
  ),
  counters: Type.Record(Type.String(), Type.Number()),
});

const byName = Type.Object({ name: Type.String({ minLength: 1, maxLength: 64 }) });

export const bridgeRoutes: readonly Route[] = [
  route('GET /bridges', 'read', 'Lists the bridges with their state, their counters and what went wrong last', {
    answer: Type.Object({ items: Type.Array(bridge) }),
    handle: ({ management }) => ({ items: (management.bridges?.list() ?? []).map(shown) }),
  }),
  route('POST /bridges/{name}/start', 'operate', 'Starts a bridge', {
    params: byName,
    handle({ management, params, audit }) {
      audit(`start of the bridge ${JSON.stringify(params.name)}`);
      if (!bridgesOf(management).start(params.name)) throw noBridge(params.name);
    },
  }),
  route('POST /bridges/{name}/stop', 'operate', 'Stops a bridge; what waits for it stays', {
    params: byName,
    async handle({ management, params, audit }) {
      audit(`stop of the bridge ${JSON.stringify(params.name)}`);
      if (!(await bridgesOf(management).stop(params.name))) throw noBridge(params.name);
    },
  }),
  route('POST /bridges/{name}/restart', 'operate', 'Stops a bridge and starts it again', {
    params: byName,
    async handle({ management, params, audit }) {
      audit(`restart of the bridge ${JSON.stringify(params.name)}`);
      if (!(await bridgesOf(management).stop(params.name))) throw noBridge(params.name);
      bridgesOf(management).start(params.name);
    },
  }),
];

function bridgesOf({ bridges }: Management): NonNullable<Management['bridges']> {
  if (bridges === undefined) throw new ApiFailure('not_found', 'No bridge is configured');
  return bridges;
}

function noBridge(name: string): ApiFailure {
  return new ApiFailure('not_found', `There is no bridge ${JSON.stringify(name)}`);
}

function shown({ protocolVersion, connectedSinceMs = 0, retryAtMs = 0, ...rest }: BridgeStatus): unknown {
  return {
    ...rest,
    version: protocolVersion === undefined ? undefined : versionText(protocolVersion),
    connectedAt: timeText(connectedSinceMs),
    retryAt: timeText(retryAtMs),
  };
}
