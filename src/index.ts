/** `hoopoe`: a complete MQTT broker to embed. Everything exported here is public and keeps its meaning. */

export type { PublishRequest } from './broker/broker.ts';
export type { PublishFilter } from './broker/context.ts';
export type { DropReason } from './broker/counters.ts';
export type { BrokerEvents, EndName, EventListener, EventName } from './broker/events.ts';
export { InvalidRequest } from './broker/invalid-request.ts';
export { type BrokerOptions, defaultBrokerOptions, type SharedStrategy } from './broker/options.ts';
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
  Credentials,
  EnhancedAuthenticator,
  Exchange,
  ExchangeStep,
  LoginVerdict,
} from './ports/access.ts';
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
