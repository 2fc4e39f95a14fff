/** The metric families of the broker, `mqtt_…`, with what each means; `docs/metrics.md` lists them. */

import type { Readings } from '../broker/inspect/readings.ts';
import { type PacketName, packetNames } from '../packet/traffic.ts';
import type { ShownPlugin } from '../ports/plugin-administration.ts';
import type { StoreSize } from '../ports/store.ts';
import type { Histogram } from '../std/histogram.ts';
import type { AccessResults, AnswerResults, SourceResults } from './access-results.ts';
import { type BridgeFigures, bridgeFamilies } from './bridge-families.ts';
import { byLabel, Exposition, type Sample } from './exposition.ts';
import { pluginFamilies } from './plugin-families.ts';
import type { ProcessUsage } from './process-usage.ts';

/** What is shown besides the broker's own readings. */
export interface Surroundings {
  readonly version: string;
  readonly node: string;
  readonly durability: 'strict' | 'relaxed' | 'memory';
  readonly loopDelay: Histogram;
  readonly process: ProcessUsage;
  readonly activeAlarms: number;
  /** Of a store on disk. */
  readonly store?: StoreSize | undefined;
  readonly access?: AccessResults | undefined;
  readonly plugins?: readonly ShownPlugin[] | undefined;
  readonly bridges?: readonly BridgeFigures[] | undefined;
}

/** Everything in Prometheus' text format. */
export function prometheusText(readings: Readings, surroundings: Surroundings): string {
  const out = new Exposition();
  present(out, readings, surroundings);
  connections(out, readings);
  messages(out, readings);
  store(out, readings, surroundings);
  if (surroundings.access !== undefined) access(out, surroundings.access);
  if (surroundings.bridges !== undefined) bridgeFamilies(out, surroundings.bridges);
  if (surroundings.plugins !== undefined) pluginFamilies(out, surroundings.plugins);
  processes(out, readings, surroundings);
  return out.text;
}

function present(out: Exposition, readings: Readings, { version, node, durability, activeAlarms }: Surroundings): void {
  const { contents } = readings;
  out
    .gauge('mqtt_info', 'The broker: always 1.', [[{ version, node }, 1]])
    .gauge('mqtt_durability_info', 'What an acknowledgement promises: always 1.', [[{ mode: durability }, 1]])
    .gauge('mqtt_uptime_seconds', 'Seconds since the start.', readings.uptimeSeconds)
    .gauge('mqtt_connections', 'Open connections, accepted or not.', readings.connections)
    .gauge('mqtt_clients_connected', 'Clients that are connected.', readings.census.connected)
    .gauge('mqtt_sessions', 'Sessions, connected or not.', readings.sessions)
    .gauge('mqtt_subscriptions', 'Subscriptions.', readings.subscriptions)
    .gauge('mqtt_shared_subscriptions', 'Shared subscriptions among them.', readings.sharedSubscriptions)
    .gauge('mqtt_topic_filters', 'Different topic filters that are subscribed to.', readings.filters)
    .gauge('mqtt_retained_messages', 'Retained messages.', readings.retainedMessages)
    .gauge('mqtt_retained_bytes', 'What retained messages count against their limit.', readings.retainedBytes)
    .gauge('mqtt_queued_messages', 'Messages that wait in sessions.', contents.queuedMessages)
    .gauge('mqtt_queued_bytes', 'What they count against the limit of their queues.', contents.queuedBytes)
    .gauge('mqtt_inflight_messages', 'Messages sent and not acknowledged.', contents.inflightMessages)
    .gauge('mqtt_slow_clients', 'Connected clients for which messages wait.', contents.slowClients)
    .gauge('mqtt_alarms_active', 'Alarms that last.', activeAlarms);
}

function connections(out: Exposition, { counters, census }: Readings): void {
  const listeners = [...census.listeners];
  out
    .gauge(
      'mqtt_listener_connections',
      'Clients connected through each listener.',
      byLabel(
        'listener',
        listeners.map(([name, { connected }]) => [name, connected]),
      ),
    )
    .counter(
      'mqtt_listener_connections_accepted_total',
      'Clients accepted through each listener.',
      byLabel(
        'listener',
        listeners.map(([name, { accepted }]) => [name, accepted]),
      ),
    )
    .counter('mqtt_connections_opened_total', 'Connections that were opened.', counters.connectionsOpened)
    .counter('mqtt_connections_accepted_total', 'Logins that were accepted.', counters.connectionsAccepted)
    .counter('mqtt_connections_closed_total', 'Connections that are closed.', counters.connectionsClosed)
    .counter(
      'mqtt_connections_refused_total',
      'Connections that ended before they were accepted, by MQTT 5 Reason Code; 0 where the client went away.',
      byLabel(
        'reason_code',
        [...census.refusals].map(([code, count]) => [`0x${code.toString(16).padStart(2, '0')}`, count]),
      ),
    )
    .counter(
      'mqtt_connections_refused_at_listener_total',
      'Connections that a listener closed before the broker saw them.',
      byLabel('reason', counters.refusedAtListener),
    )
    .counter('mqtt_connections_ended_total', 'Ends of connections of accepted clients.', byLabel('reason', census.ends))
    .counter('mqtt_sessions_created_total', 'Sessions that began.', census.sessionsCreated)
    .counter('mqtt_sessions_resumed_total', 'Sessions that were continued.', counters.sessionsResumed)
    .counter('mqtt_sessions_taken_over_total', 'Connections ended by a new one.', counters.sessionsTakenOver)
    .counter('mqtt_sessions_expired_total', 'Sessions that nobody continued in time.', counters.sessionsExpired)
    .counter('mqtt_sessions_ended_total', 'Sessions that ended in any way.', census.sessionsEnded)
    .counter('mqtt_keep_alive_timeouts_total', 'Clients that were silent for too long.', counters.keepAliveTimeouts)
    .counter('mqtt_protocol_errors_total', 'Packets that broke a rule or a limit.', counters.protocolErrors)
    .counter(
      'mqtt_limits_hit_total',
      'How often a limit was reached, by the name of the limit.',
      byLabel('limit', counters.limitsHit),
    );
}

function messages(out: Exposition, { counters }: Readings): void {
  const { traffic } = counters;
  out
    .counter('mqtt_packets_received_total', 'Packets from clients.', byPacket(traffic.received))
    .counter('mqtt_packets_sent_total', 'Packets to clients.', byPacket(traffic.sent))
    .counter('mqtt_bytes_received_total', 'Bytes of MQTT from clients.', traffic.bytesReceived)
    .counter('mqtt_bytes_sent_total', 'Bytes of MQTT to clients.', traffic.bytesSent)
    .counter('mqtt_payload_bytes_received_total', 'Bytes of payloads from clients.', traffic.payloadBytesReceived)
    .counter('mqtt_payload_bytes_sent_total', 'Bytes of payloads to clients.', traffic.payloadBytesSent)
    .counter('mqtt_messages_received_total', 'Messages from clients.', byQos(counters.messagesReceived))
    .counter('mqtt_messages_sent_total', 'Messages to clients, repeats left out.', byQos(counters.messagesSent))
    .counter(
      'mqtt_messages_acknowledged_total',
      'Messages that clients have acknowledged.',
      counters.messagesAcknowledged,
    )
    .counter('mqtt_messages_retained_total', 'Messages that were retained.', counters.messagesRetained)
    .counter(
      'mqtt_messages_dropped_total',
      'Messages that did not arrive, or that nobody wanted.',
      byLabel('reason', counters.dropped),
    )
    .counter('mqtt_subscriptions_made_total', 'Subscriptions that were made.', counters.subscriptionsMade)
    .counter('mqtt_subscriptions_denied_total', 'Filters refused for want of permission.', counters.subscriptionsDenied)
    .counter('mqtt_wills_published_total', 'Wills that were published.', counters.willsPublished)
    .histogram(
      'mqtt_publish_acknowledgement_seconds',
      'From a QoS 1 or 2 message to its PUBACK or PUBREC: permissions, hooks and the commit.',
      counters.acknowledgementSeconds,
    );
}

function store(out: Exposition, { counters }: Readings, { store: size }: Surroundings): void {
  out
    .histogram('mqtt_store_commit_seconds', 'Time that one commit takes.', counters.commitSeconds)
    .histogram('mqtt_store_commit_records', 'Records in one commit.', counters.commitRecords)
    .counter('mqtt_store_commit_failures_total', 'Commits that the store refused.', counters.commitFailures);
  if (size === undefined) return;
  out
    .gauge('mqtt_store_entries', 'Entries of the store.', size.entries)
    .gauge('mqtt_store_used_bytes', 'Bytes of the file that they occupy.', size.usedBytes)
    .gauge('mqtt_store_file_bytes', 'Bytes of the file.', size.fileBytes);
}

function access(out: Exposition, { sources, anonymousAllowed, anonymousRefused }: AccessResults): void {
  out
    .gauge(
      'mqtt_access_source_up',
      'Whether a source of logins and permissions answers.',
      sources.map((source) => [labelsOf(source), source.up ? 1 : 0]),
    )
    .counter(
      'mqtt_login_results_total',
      'Answers about logins.',
      sources.flatMap((source) => results(source, source.logins)),
    )
    .counter(
      'mqtt_permission_results_total',
      'Answers about permissions.',
      sources.flatMap((source) => results(source, source.permissions)),
    )
    .counter(
      'mqtt_access_waited_total',
      'Answers that did not come at once.',
      sources.map((source) => [labelsOf(source), source.logins.waited + source.permissions.waited]),
    )
    .counter(
      'mqtt_access_waited_seconds_total',
      'How long they took together.',
      sources.map((source) => [labelsOf(source), (source.logins.waitedMs + source.permissions.waitedMs) / 1000]),
    )
    .counter('mqtt_anonymous_logins_total', 'Clients that no source knew.', [
      [{ result: 'allow' }, anonymousAllowed],
      [{ result: 'deny' }, anonymousRefused],
    ]);
}

function labelsOf({ name, kind }: SourceResults): { source: string; kind: string } {
  return { source: name, kind };
}

function results(source: SourceResults, answers: AnswerResults): Sample[] {
  return (['allow', 'deny', 'ignore', 'failed'] as const).map((result) => [
    { ...labelsOf(source), result },
    answers[result],
  ]);
}

function processes(out: Exposition, { nowMs, uptimeSeconds }: Readings, surroundings: Surroundings): void {
  const { memoryBytes, heapUsedBytes, heapTotalBytes, externalBytes, cpuSeconds } = surroundings.process;
  out
    .histogram('mqtt_event_loop_delay_seconds', 'How late a turn comes for everybody.', surroundings.loopDelay)
    .gauge('process_resident_memory_bytes', 'Resident memory.', memoryBytes)
    .counter('process_cpu_seconds_total', 'Processor time used.', cpuSeconds)
    .gauge('process_start_time_seconds', 'When the broker began, since the epoch.', nowMs / 1000 - uptimeSeconds)
    .gauge('nodejs_heap_size_used_bytes', 'Used memory of the JavaScript heap.', heapUsedBytes)
    .gauge('nodejs_heap_size_total_bytes', 'Memory of the JavaScript heap.', heapTotalBytes)
    .gauge('nodejs_external_memory_bytes', 'Memory of buffers and native objects.', externalBytes);
}

function byPacket(counts: readonly number[]): Sample[] {
  return packetNames.flatMap((name, number): Sample[] =>
    name === undefined ? [] : [[{ packet: name satisfies PacketName }, counts[number]!]],
  );
}

function byQos(counts: readonly number[]): Sample[] {
  return counts.map((count, qos) => [{ qos: String(qos) }, count]);
}
