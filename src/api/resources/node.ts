/** Facts about the broker as a whole. */

import { Type } from 'typebox';
import { type Route, route } from '../route.ts';

export const nodeRoutes: readonly Route[] = [
  route('GET /node', 'read', 'Says what runs here, and since when', {
    answer: Type.Object({
      name: Type.String(),
      version: Type.String(),
      startedAt: Type.String(),
      uptimeSeconds: Type.Number(),
      nodeVersion: Type.String(),
      platform: Type.String(),
      dataDirectory: Type.Optional(Type.String()),
      durability: Type.Object({ mode: Type.String(), windowSeconds: Type.Number() }),
    }),
    handle({ management: { node } }) {
      return { ...node, uptimeSeconds: Math.floor((Date.now() - Date.parse(node.startedAt)) / 1000) };
    },
  }),
  route('GET /node/numbers', 'read', 'Gives statistics and counters by the names of EMQX 4', {
    answer: Type.Object({
      stats: Type.Record(Type.String(), Type.Number()),
      metrics: Type.Record(Type.String(), Type.Number()),
    }),
    handle({ management: { emqxNumbers } }) {
      return { stats: emqxNumbers.stats(), metrics: emqxNumbers.metrics() };
    },
  }),
];
