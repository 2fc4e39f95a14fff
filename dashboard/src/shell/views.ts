/** The views of the page: address, name, icon, and the part of the program that is loaded for each. */

import {
  IconAccessPoint,
  IconActivity,
  IconBan,
  IconBell,
  IconBroadcast,
  IconBuildingBridge,
  IconFileText,
  IconHistory,
  IconKey,
  IconListCheck,
  IconPin,
  IconPlug,
  IconRocket,
  IconSettings,
  IconShieldLock,
  IconSitemap,
  IconTrendingUp,
  IconUserCog,
  IconUsers,
} from '@tabler/icons-react';
import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import { loaded } from '../api/client.ts';
import type { Role } from '../api/types.ts';
import type { Text } from '../language/language.tsx';

export interface View {
  /** Its address, and the beginning of the addresses below it. */
  readonly path: string;
  readonly name: Text;
  readonly group: Text;
  readonly icon: typeof IconActivity;
  /** Who may see it. */
  readonly role: Role;
  readonly component: LazyExoticComponent<ComponentType>;
}

type Loader = () => Promise<{ default: ComponentType }>;

function view(path: string, name: Text, group: Text, icon: View['icon'], load: Loader, role: Role = 'viewer'): View {
  return { path, name, group, icon, role, component: lazy(() => loaded(load)) };
}

export const views: readonly View[] = [
  view('/', 'Overview', 'Now', IconActivity, () => import('../pages/overview/overview-page.tsx')),
  view('/clients', 'Clients', 'Now', IconUsers, () => import('../pages/clients/clients-page.tsx')),
  view('/subscriptions', 'Subscriptions', 'Now', IconListCheck, () => import('../pages/subscriptions-page.tsx')),
  view('/topics', 'Topics', 'Now', IconSitemap, () => import('../pages/topics/topics-page.tsx')),
  view('/retained', 'Retained messages', 'Now', IconPin, () => import('../pages/retained/retained-page.tsx')),
  view('/top', 'Busiest', 'Now', IconTrendingUp, () => import('../pages/top-page.tsx')),
  view('/alarms', 'Alarms', 'Now', IconBell, () => import('../pages/alarms-page.tsx')),
  view(
    '/websocket',
    'WebSocket client',
    'Try it',
    IconBroadcast,
    () => import('../pages/websocket/websocket-page.tsx'),
  ),
  view('/start', 'First steps', 'Try it', IconRocket, () => import('../pages/start-page.tsx')),
  view('/access', 'Access', 'Who may', IconShieldLock, () => import('../pages/access/access-page.tsx')),
  view('/bans', 'Bans', 'Who may', IconBan, () => import('../pages/bans-page.tsx')),
  view('/plugins', 'Plugins', 'The broker', IconPlug, () => import('../pages/plugins/plugins-page.tsx')),
  view('/listeners', 'Listeners', 'The broker', IconAccessPoint, () => import('../pages/listeners-page.tsx')),
  view('/bridges', 'Bridges', 'The broker', IconBuildingBridge, () => import('../pages/bridges-page.tsx')),
  view('/settings', 'Settings', 'The broker', IconSettings, () => import('../pages/settings/settings-page.tsx')),
  view('/logs', 'Logs', 'The broker', IconFileText, () => import('../pages/logs-page.tsx'), 'operator'),
  view('/audit', 'Audit log', 'This page', IconHistory, () => import('../pages/audit-page.tsx'), 'admin'),
  view('/api-keys', 'API keys', 'This page', IconKey, () => import('../pages/api-keys-page.tsx'), 'admin'),
  view('/logins', 'Logins', 'This page', IconUserCog, () => import('../pages/logins-page.tsx'), 'admin'),
];

export function viewOf(path: string): View | undefined {
  return views.find((one) => path === one.path || (one.path !== '/' && path.startsWith(`${one.path}/`)));
}
