/** What those see of inspection who see the broker from outside: the API and whoever embeds the broker. */

export type { LimitName } from '../counters.ts';
export type { Alarm, Alarms } from './alarms.ts';
export type { ChildrenPage } from './children.ts';
export { type ClientDetail, type ClientQuery, type ClientSummary, clientSorts } from './clients.ts';
export type { Inspect } from './inspect.ts';
export type { PageOf, PageRequest } from './page.ts';
export type { Readings } from './readings.ts';
export type { RetainedDetail, RetainedSummary } from './retained-browser.ts';
export type { SubscribeRequest, SubscriptionQuery, SubscriptionView } from './subscriptions.ts';
export type { TappedPacket } from './tapped-packet.ts';
export type { TapRequest } from './taps.ts';
