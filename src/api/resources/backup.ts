/** A copy of everything that the broker keeps, taken while it runs. */

import { Download } from '../download.ts';
import { ApiFailure } from '../failure.ts';
import { type Route, route } from '../route.ts';

export const backupRoutes: readonly Route[] = [
  route('POST /backup', 'admin', 'Gives a copy of the store as it is at one moment, for the command restore', {
    downloads: true,
    async handle({ management, audit }) {
      audit('backup of the store');
      if (management.backup === undefined) {
        throw new ApiFailure('not_possible', 'The store is in memory alone (durability.mode: memory), without files');
      }
      const { bytes, content } = await management.backup();
      const day = new Date().toISOString().slice(0, 10);
      return new Download(`hoopoe-${day}.backup`, bytes, content);
    },
  }),
];
