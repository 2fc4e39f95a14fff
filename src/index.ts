/** `hoopoe`: a complete MQTT broker to embed. Everything exported here is public and keeps its meaning. */

export type { ChainSource } from './access/chain/access-chain.ts';
export type { ExplainedStep, Explanation } from './access/chain/explain.ts';
export type { AuthenticateHook, AuthorizeHook } from './access/chain/hooks.ts';
export type { RefusalCode } from './access/chain/login-rules.ts';
export type { AccessStatistics, AnswerCounts, SourceFailure, SourceStatistics } from './access/chain/statistics.ts';
export type { Ban, BanKind, BanRequest } from './broker/admission/ban.ts';
export type { BanList } from './broker/admission/ban-list.ts';
export type { PublishRequest } from './broker/broker.ts';
export type { DropReason } from './broker/counters.ts';
export type { BrokerEvents, EndName, EventListener, EventName } from './broker/events.ts';
export type { PublishFilter } from './broker/hooks.ts';
export type {
  Alarm,
  Alarms,
  ChildrenPage,
  ClientDetail,
  ClientQuery,
  ClientSummary,
  Inspect,
  LimitName,
  PageOf,
  Readings,
  RetainedDetail,
  RetainedSummary,
  SubscriptionQuery,
  SubscriptionView,
  TappedPacket,
  TapRequest,
} from './broker/inspect/index.ts';
export { InvalidRequest } from './broker/invalid-request.ts';
export { type BrokerOptions, type ClientOptions, defaultBrokerOptions, type SharedStrategy } from './broker/options.ts';
export {
  type CreateBrokerOptions,
  createBroker,
  EmbeddedBroker,
  type ListenOptions,
  type PacketLimitOptions,
} from './embedded-broker.ts';
export type { ListenerSpec, TlsSettings } from './listeners/spec.ts';
export { openStore } from './open-store.ts';
export { Message } from './packet/message.ts';
export { reason } from './packet/reason-codes.ts';
export type { Properties, ProtocolVersion, Qos, UserProperty } from './packet/types.ts';
export type {
  AccessRequest,
  Action,
  Authenticator,
  Authorizer,
  ClientIdentity,
  ClientLimits,
  Credentials,
  EnhancedAuthenticator,
  Exchange,
  ExchangeStep,
  ExplainedPermission,
  LoginVerdict,
  Permission,
  PermissionRule,
} from './ports/access.ts';
export type { AccessSource } from './ports/access-source.ts';
export { BackendError } from './ports/backend-error.ts';
export type { Listener, Peer } from './ports/listener.ts';
export type { Log } from './ports/log.ts';
export type {
  Durability,
  FileStore,
  RangeOptions,
  Store,
  StoreCheck,
  StoreEntry,
  StoreSize,
} from './ports/store.ts';
export type { LmdbStoreOptions } from './stores/lmdb-store.ts';
