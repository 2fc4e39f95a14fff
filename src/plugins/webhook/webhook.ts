/**
 * The webhook: events go to a web service as JSON, through a bounded queue in the broker's store. The service may be
 * slow or away; what clients do never waits for it.
 */

import { HttpClient, type HttpTrouble, httpTroubleTexts } from '../../access/remote/http-client.ts';
import { readTlsSettings } from '../../access/remote/tls-files.ts';
import { BackendError } from '../../ports/backend-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { OptionReader } from '../../ports/option.ts';
import type {
  HookEvents,
  HookName,
  HookRule,
  PluginContext,
  PluginDefinition,
  PluginHooks,
  PluginValues,
} from '../../ports/plugin.ts';
import { quote } from '../../std/shorten.ts';
import { matches, topicFilterProblem } from '../../topic/name.ts';
import { definePlugin } from '../define.ts';
import { pluginError } from '../failure.ts';
import { bodiesOf, type PayloadEncoding, payloadForms, topicOf, webhookEvents } from './bodies.ts';
import { DiskQueue } from './disk-queue.ts';
import { Sender } from './sender.ts';

export const webhookOptions = {
  url: { kind: 'text', default: '' },
  events: { kind: 'list', default: [] },
  headers: { kind: 'list', default: [] },
  authorization: { kind: 'secret', default: '' },
  payload_encoding: { kind: 'text', default: 'plain' },
  batch_max: { kind: 'number', default: 1, min: 1, max: 10_000 },
  queue_events_max: { kind: 'number', default: 100_000, min: 1 },
  queue_bytes_max: { kind: 'number', default: 67_108_864, min: 1024 },
  connect_seconds_max: { kind: 'number', default: 5, min: 0.1, max: 300 },
  answer_seconds_max: { kind: 'number', default: 5, min: 0.1, max: 300 },
  retry_seconds_max: { kind: 'number', default: 60, min: 0.5, max: 3600 },
  allow_private_addresses: { kind: 'boolean', default: false },
  ssl_ca_file: { kind: 'text', default: '' },
  ssl_certificate_file: { kind: 'text', default: '' },
  ssl_key_file: { kind: 'text', default: '' },
  ssl_verify: { kind: 'boolean', default: true },
  ssl_version_min: { kind: 'text', default: '1.2' },
  ssl_server_name: { kind: 'text', default: '' },
} as const;

type Options = typeof webhookOptions;
type Context = PluginContext<Options>;

const failWith = (text: string): never => {
  throw pluginError('OPTIONS', `Webhook: ${text}`);
};

const troubles = httpTroubleTexts({
  url: 'webhook.url',
  connectSeconds: 'webhook.connect_seconds_max',
  answerSeconds: 'webhook.answer_seconds_max',
  answerBytes: 'the answer',
  connections: 'the limit',
  kind: 'webhook',
});

function failure(kind: HttpTrouble, saying?: string, cause?: unknown): BackendError {
  const { what, advice, passes = false } = troubles[kind];
  const said = saying === undefined ? '' : ` (${quote(saying)})`;
  const options = { retryable: passes, ...(cause !== undefined && { cause }) };
  return new BackendError(`WEBHOOK_${kind}`, `The receiver of the webhook ${what}${said}; ${advice}.`, options);
}

/** By event, the filters of its rules; an empty list means all topics. */
function rulesOf(events: readonly string[]): ReadonlyMap<HookName, readonly string[]> {
  const rules = new Map<HookName, readonly string[]>();
  for (const text of events) {
    const [name = '', filter, ...rest] = text.trim().split(/\s+/);
    const event = webhookEvents.find((one) => one === name);
    if (event === undefined || rest.length > 0) {
      return failWith(
        `got the event ${quote(text)}; allowed: ${webhookEvents.join(', ')}, each with a filter or without`,
      );
    }
    if (filter !== undefined && topicFilterProblem(filter) !== undefined) failWith(`got the filter ${quote(filter)}`);
    const before = rules.get(event);
    const isForAll = filter === undefined || before?.length === 0;
    rules.set(event, isForAll ? [] : [...(before ?? []), filter]);
  }
  return rules;
}

function headersOf({ headers, authorization }: PluginValues<Options>): Map<string, string> {
  const given = new Map([['content-type', 'application/json']]);
  for (const line of headers) {
    const at = line.indexOf(':');
    const name = line.slice(0, at).trim().toLowerCase();
    if (at < 1 || !/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name))
      failWith(`got the header ${quote(line)}; allowed: name: value`);
    given.set(name, line.slice(at + 1).trim());
  }
  if (authorization !== '') given.set('authorization', authorization);
  if ([...given.values()].some((value) => /[^\t\x20-\x7e\x80-\xff]/.test(value)))
    failWith('a header has control characters');
  return given;
}

function urlOf({ url }: PluginValues<Options>): URL {
  const parsed = URL.canParse(url) ? new URL(url) : failWith('webhook.url is missing or no address');
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')
    failWith('webhook.url has to begin with http or https');
  if (parsed.username !== '' || parsed.password !== '')
    failWith('webhook.url has a password; use webhook.authorization');
  return parsed;
}

/** The values as the reader that TLS files are read with; an empty text is none. */
function readerOf(values: PluginValues<Options>): OptionReader {
  const get = (name: string): unknown => new Map<string, unknown>(Object.entries(values)).get(name);
  const text = (name: string): string => String(get(name));
  return {
    boolean: (name) => get(name) === true,
    number: (name) => Number(get(name)),
    text,
    list: (name) => get(name) as readonly string[],
    optionalBoolean: (name) => get(name) === true,
    optionalNumber: (name) => Number(get(name)),
    optionalText: (name) => text(name) || undefined,
  };
}

class Webhook {
  readonly #context: Context;
  readonly #rules: ReadonlyMap<HookName, readonly string[]>;
  readonly #queue: DiskQueue;
  readonly #sender: Sender;

  constructor(context: Context, client: HttpClient) {
    const { options } = context;
    const origin = urlOf(options);
    const headers = headersOf(options);
    const path = origin.pathname + origin.search;
    this.#context = context;
    this.#rules = rulesOf(options.events);
    const limits = { countMax: options.queue_events_max, bytesMax: options.queue_bytes_max };
    this.#queue = new DiskQueue(context, limits, () => void this.#sender.work());
    this.#sender = new Sender({
      context,
      queue: this.#queue,
      batchMax: options.batch_max,
      retrySecondsMax: options.retry_seconds_max,
      ask: (body) => client.ask({ origin, method: 'POST', path, headers, body }),
    });
    void this.#sender.work();
  }

  /** Never fails: what cannot be queued is counted. */
  tell<N extends HookName>(hook: N, event: HookEvents[N]): void {
    const filters = this.#rules.get(hook);
    if (filters === undefined) return;
    const { node, options } = this.#context;
    const encoding = options.payload_encoding as PayloadEncoding;
    for (const body of bodiesOf(hook, event, { node, nowMs: this.#context.now(), encoding })) {
      const topic = filters.length === 0 ? undefined : topicOf(body);
      if (topic === undefined || filters.some((filter) => matches(filter, topic))) this.#push(body);
    }
  }

  #push(body: string): void {
    if (this.#queue.push(body) || (this.#queue.dropped & (this.#queue.dropped - 1)) !== 0) return;
    // Told at the first, the second, the fourth …: a full queue must not fill the log as well.
    this.#context.log.warn('The queue of the webhook is full; events are left out', { dropped: this.#queue.dropped });
  }

  async end(): Promise<void> {
    this.#sender.end();
    await this.#queue.flush();
  }

  get status(): unknown {
    const { count, bytes, dropped } = this.#queue;
    const { sent, failures, refused, lastFailure, isUp } = this.#sender;
    return {
      isUp,
      queued: count,
      queuedBytes: bytes,
      sent,
      failures,
      refused,
      dropped,
      lastFailure: lastFailure ?? null,
    };
  }
}

/** @param wanted events of the configuration: hooks of others would only cost */
export function webhookPlugin(clock: Clock, wanted: readonly string[]): PluginDefinition<Options> {
  let webhook: Webhook | undefined;
  const names = new Set(wanted.map((text) => text.trim().split(/\s+/, 1)[0]));
  const hooks = webhookEvents
    .filter((name) => names.has(name))
    .map((name): [HookName, HookRule<HookName>] => [
      name,
      { handle: (event) => webhook?.tell(name, event as HookEvents[typeof name]), onFailure: 'open' },
    ]);
  return definePlugin({
    name: 'webhook',
    description: 'Sends events to a web service',
    options: webhookOptions,
    start: async (context) => {
      const { options } = context;
      if (!Object.hasOwn(payloadForms, options.payload_encoding)) {
        failWith(`payload_encoding has to be one of ${Object.keys(payloadForms).join(', ')}`);
      }
      const client = new HttpClient({
        connectionsMax: 1,
        waitingMax: 1,
        connectSecondsMax: options.connect_seconds_max,
        answerSecondsMax: options.answer_seconds_max,
        answerBytesMax: 65_536,
        allowsPrivateAddresses: options.allow_private_addresses,
        tls: await readTlsSettings(readerOf(options), (saying, cause) =>
          pluginError('OPTIONS', `Webhook: ${saying}`, cause),
        ),
        clock,
        failure,
      });
      context.onUnload(() => client.close());
      const opened = new Webhook(context, client);
      webhook = opened;
      context.onUnload(() => opened.end());
    },
    hooks: Object.fromEntries(hooks) as PluginHooks<Options>,
    commands: { status: { sentence: 'What waits, and what became of the rest.', run: () => webhook?.status } },
  });
}
