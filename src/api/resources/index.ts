/** All routes of the API, in the order in which they are documented. A resource is a file and a line here. */

import type { Route } from '../route.ts';
import { accessRoutes } from './access.ts';
import { accessOrderRoutes } from './access-order.ts';
import { apiKeyRoutes } from './api-keys.ts';
import { auditRoutes } from './audit.ts';
import { backupRoutes } from './backup.ts';
import { banRoutes } from './bans.ts';
import { bridgeRoutes } from './bridges.ts';
import { clientRoutes } from './clients.ts';
import { dashboardUserRoutes } from './dashboard-users.ts';
import { eventRoutes } from './events.ts';
import { listenerRoutes } from './listeners.ts';
import { logRoutes } from './logs.ts';
import { nodeRoutes } from './node.ts';
import { overviewRoutes } from './overview.ts';
import { pluginRoutes } from './plugins.ts';
import { publishRoutes } from './publish.ts';
import { sectionRoutes } from './sections.ts';
import { sessionRoutes } from './session.ts';
import { settingRoutes } from './settings.ts';
import { topicRoutes } from './topics.ts';
import { userRoutes } from './users.ts';

export const allRoutes: readonly Route[] = [
  ...sessionRoutes,
  ...nodeRoutes,
  ...overviewRoutes,
  ...eventRoutes,
  ...listenerRoutes,
  ...clientRoutes,
  ...topicRoutes,
  ...publishRoutes,
  ...accessRoutes,
  ...accessOrderRoutes,
  ...userRoutes,
  ...banRoutes,
  ...bridgeRoutes,
  ...pluginRoutes,
  ...settingRoutes,
  ...sectionRoutes,
  ...backupRoutes,
  ...logRoutes,
  ...auditRoutes,
  ...apiKeyRoutes,
  ...dashboardUserRoutes,
];
