/** Publishing, and subscribing and unsubscribing in a client's place, one or many at once. */

import { randomBytes } from 'node:crypto';
import { InvalidRequest } from '../../broker/broker.ts';
import { askerOf, subscribeInPlace } from '../asker.ts';
import {
  answer,
  codes,
  done,
  fieldsOf,
  optionalTextOf,
  qosOf,
  textOf,
  type V4Answer,
  type V4Call,
  V4Failure,
  type V4Row,
  v4,
} from './row.ts';

type Fields = ReadonlyMap<string, unknown>;

const BATCH_MAX = 1_000;

/** `topic`, or several in `topics` with commas between them. @throws V4Failure when there is none */
function topicsOf(fields: Fields): string[] {
  const many =
    optionalTextOf(fields, 'topics')
      ?.split(',')
      .filter((topic) => topic !== '') ?? [];
  const one = optionalTextOf(fields, 'topic');
  const topics = one === undefined ? many : [one];
  if (topics.length === 0) throw new V4Failure(codes.topicWrong, 'bad_topic');
  if (topics.length > BATCH_MAX) throw new V4Failure(codes.parameterWrong, `bad_param: more than ${BATCH_MAX} topics`);
  return topics;
}

/** Anything but a text is sent as JSON. */
function payloadOf(fields: Fields): string | Buffer {
  const payload = fields.get('payload') ?? '';
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const encoding = optionalTextOf(fields, 'encoding') ?? 'plain';
  if (encoding === 'plain') return text;
  if (encoding !== 'base64') throw new V4Failure(codes.parameterWrong, 'bad_param: encoding');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new V4Failure(codes.parameterWrong, 'bad_param: payload');
  return Buffer.from(text, 'base64');
}

async function publish({ management, who, address }: V4Call, fields: Fields): Promise<V4Answer> {
  const topics = topicsOf(fields);
  const [payload, qos] = [payloadOf(fields), qosOf(fields)];
  const isRetained = fields.get('retain');
  const retain = isRetained === true || isRetained === 1 || isRetained === 'true' || isRetained === '1';
  const client = askerOf(management, who, address);
  const ids: string[] = [];
  for (const topic of topics) {
    await asTopic(() =>
      management.broker.publish({ topic, payload, qos, retain, ...(client !== undefined && { client }) }),
    );
    ids.push(messageId());
  }
  if (!fields.has('return')) return done;
  return answer(fields.has('topics') ? { msgids: ids } : { msgid: ids[0] });
}

/** What the broker has against a topic becomes EMQX's code for one. */
async function asTopic<T>(run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof InvalidRequest) throw new V4Failure(codes.topicWrong, `bad_topic: ${error.message}`);
    throw error;
  }
}

/** EMQX names each message with 32 hexadecimal digits; ours have no names of their own. */
function messageId(): string {
  return randomBytes(16).toString('hex').toUpperCase();
}

async function subscribe({ management }: V4Call, fields: Fields): Promise<V4Answer> {
  const [clientId, qos] = [textOf(fields, 'clientid'), qosOf(fields)];
  for (const filter of topicsOf(fields)) {
    const made = await asTopic(() => subscribeInPlace(management, clientId, { filter, qos }));
    if (made === undefined) throw new V4Failure(codes.clientMissing, 'channel_not_found');
  }
  return done;
}

/** That there was no such subscription is no failure, as with a client that unsubscribes. */
function unsubscribe({ management }: V4Call, fields: Fields): V4Answer {
  const clientId = textOf(fields, 'clientid');
  const { inspect } = management.broker;
  if (inspect.client(clientId) === undefined) throw new V4Failure(codes.clientMissing, 'channel_not_found');
  for (const filter of topicsOf(fields)) inspect.unsubscribe(clientId, filter);
  return done;
}

/** Each with its own outcome. */
async function batch(
  call: V4Call,
  run: (call: V4Call, fields: Fields) => V4Answer | Promise<V4Answer>,
): Promise<V4Answer> {
  const { body } = call;
  if (!Array.isArray(body)) throw new V4Failure(codes.parameterWrong, 'bad_param: a batch is an array');
  if (body.length > BATCH_MAX) throw new V4Failure(codes.parameterWrong, `bad_param: at most ${BATCH_MAX} at once`);
  const outcomes: unknown[] = [];
  for (const one of body as unknown[]) {
    const fields = fieldsOf(one);
    const [topic, topics] = [fields.get('topic'), fields.get('topics')];
    const named = { ...(topic !== undefined && { topic }), ...(topics !== undefined && { topics }) };
    const clientid = fields.get('clientid');
    const about = { ...(clientid !== undefined && { clientid }), ...named };
    try {
      outcomes.push({ ...about, ...(await run(call, fields)) });
    } catch (error) {
      if (!(error instanceof V4Failure)) throw error;
      outcomes.push({ ...about, code: error.code, message: error.message });
    }
  }
  return answer(outcomes);
}

export const publishRows: readonly V4Row[] = [
  v4('POST /mqtt/publish', 'operate', 'mqtt_publish', 'Publish a MQTT message', (call) =>
    publish(call, fieldsOf(call.body)),
  ),
  v4('POST /mqtt/subscribe', 'operate', 'mqtt_subscribe', 'Subscribe a topic', (call) =>
    subscribe(call, fieldsOf(call.body)),
  ),
  v4('POST /mqtt/unsubscribe', 'operate', 'mqtt_unsubscribe', 'Unsubscribe a topic', (call) =>
    unsubscribe(call, fieldsOf(call.body)),
  ),
  v4('POST /mqtt/publish_batch', 'operate', 'mqtt_publish_batch', 'Batch publish MQTT messages', (call) =>
    batch(call, publish),
  ),
  v4('POST /mqtt/subscribe_batch', 'operate', 'mqtt_subscribe_batch', 'Batch subscribes topics', (call) =>
    batch(call, subscribe),
  ),
  v4('POST /mqtt/unsubscribe_batch', 'operate', 'mqtt_unsubscribe_batch', 'Batch unsubscribes topics', (call) =>
    batch(call, unsubscribe),
  ),
];
