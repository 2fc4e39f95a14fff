/** What happens, as it happens: the overview once a second, new lines of the log, audit entries, and packets of a tap. */

import { Type } from 'typebox';
import type { TappedPacket } from '../../broker/broker.ts';
import { ApiFailure } from '../failure.ts';
import { includesScope } from '../login/caller.ts';
import { type Call, type Route, route } from '../route.ts';
import { payloadShown, timeText } from '../shapes.ts';

const OVERVIEW_MS = 1000;
const STREAMS = ['overview', 'log', 'audit', 'alarms'] as const;
type StreamName = (typeof STREAMS)[number];

/** Each begins one stream and gives back what ends it. */
const begin: Readonly<Record<StreamName, (call: Call) => () => void>> = {
  overview({ management, stream }) {
    const tell = (): void => {
      stream.send('overview', management.overview());
    };
    tell();
    const timer = setInterval(tell, OVERVIEW_MS);
    timer.unref();
    return () => clearInterval(timer);
  },
  log: ({ management, stream }) => management.log.onLine((line) => stream.send('log', line)),
  audit: ({ management, stream }) => management.audit.onEntry((entry) => stream.send('audit', entry)),
  alarms: ({ management, stream }) =>
    management.broker.inspect.alarms.on((one) => {
      const { activatedAtMs, deactivatedAtMs, ...rest } = one;
      stream.send('alarm', {
        ...rest,
        activatedAt: timeText(activatedAtMs),
        deactivatedAt: timeText(deactivatedAtMs),
      });
    }),
};

const needed: Readonly<Record<StreamName, 'read' | 'operate' | 'admin'>> = {
  overview: 'read',
  alarms: 'read',
  log: 'operate',
  audit: 'admin',
};

export const eventRoutes: readonly Route[] = [
  route('GET /events', 'read', 'Streams what happens: overview, log, audit, alarms', {
    query: Type.Object({ streams: Type.String({ maxLength: 100, default: 'overview' }) }),
    streams: true,
    handle(call) {
      const names = call.query.streams.split(',').filter((name) => name !== '');
      for (const name of names) checkStream(name, call);
      const ends: (() => void)[] = [];
      call.stream.open(() => {
        for (const end of ends) end();
      });
      for (const name of new Set(names)) ends.push(begin[name as StreamName](call as Call));
    },
  }),
  route('GET /tap', 'operate', 'Streams the packets of a client, or the messages on topics', {
    query: Type.Object({
      clientId: Type.Optional(Type.String({ minLength: 1, maxLength: 65_535 })),
      filter: Type.Optional(Type.String({ minLength: 1, maxLength: 65_535 })),
      packetsPerSecond: Type.Integer({ minimum: 1, maximum: 10_000, default: 200 }),
      payloadBytes: Type.Integer({ minimum: 0, maximum: 1_048_576, default: 4096 }),
    }),
    streams: true,
    handle({ management, query, stream, audit }) {
      const { clientId, filter, packetsPerSecond: packetsPerSecondMax, payloadBytes: payloadBytesMax } = query;
      const what =
        clientId === undefined ? `the topics ${JSON.stringify(filter)}` : `the client ${JSON.stringify(clientId)}`;
      audit(`tap of ${what.slice(0, 300)}`);
      const request = { clientId, filter, packetsPerSecondMax, payloadBytesMax };
      let missed = 0;
      const end = management.broker.inspect.tap(request, (packet) => {
        missed += packet.missed;
        missed = stream.send('packet', packetShown(packet, missed)) ? 0 : missed + 1;
      });
      try {
        stream.open(end);
      } catch (error) {
        end();
        throw error;
      }
    },
  }),
];

/** @throws ApiFailure for a stream that there is not, or that the caller may not see */
function checkStream(name: string, { caller }: Call<unknown, unknown, unknown>): void {
  if (!(STREAMS as readonly string[]).includes(name)) {
    throw new ApiFailure('bad_request', `There is no stream ${JSON.stringify(name)}; there are ${STREAMS.join(', ')}`);
  }
  const scope = needed[name as StreamName];
  if (caller === undefined || !includesScope(caller.scope, scope)) {
    throw new ApiFailure('not_allowed', `The stream ${name} needs the scope ${scope}`);
  }
}

function packetShown({ atMs, payload, missed: _missed, ...rest }: TappedPacket, missed: number): unknown {
  return { ...rest, at: timeText(atMs), missed, ...(payload !== undefined && { payload: payloadShown(payload) }) };
}
