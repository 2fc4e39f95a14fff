/** `hoopoe/plugin`: what a plugin is written with. Everything exported here is public and keeps its meaning. */

export type { ProtocolVersion, Qos, UserProperty } from './packet/types.ts';
export { definePlugin } from './plugins/define.ts';
export type {
  AccessRequest,
  Action,
  Authenticator,
  Authorizer,
  ClientIdentity,
  Credentials,
  LoginVerdict,
  Permission,
  PermissionRule,
} from './ports/access.ts';
export { BackendError } from './ports/backend-error.ts';
export type { Peer } from './ports/listener.ts';
export type { Log } from './ports/log.ts';
export type {
  HookAnswer,
  HookEvents,
  HookHandler,
  HookName,
  HookRule,
  MessageChange,
  PluginBroker,
  PluginCommand,
  PluginContext,
  PluginDefinition,
  PluginHooks,
  PluginMessage,
  PluginOption,
  PluginOptions,
  PluginRoute,
  PluginStore,
  PluginSubscription,
  PluginValues,
  Refusal,
} from './ports/plugin.ts';
