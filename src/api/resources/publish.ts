/**
 * Messages published through the API. The permission chain is asked as for a client whose user name is that of the login
 * or of the key, whatever its role, unless permissions.unchecked says otherwise.
 */

import { type Static, Type } from 'typebox';
import { InvalidRequest } from '../../broker/broker.ts';
import type { Properties } from '../../packet/types.ts';
import { askerOf } from '../asker.ts';
import { ApiFailure } from '../failure.ts';
import { type Call, type Route, route } from '../route.ts';

const MESSAGES_MAX = 1000;

const message = Type.Object(
  {
    topic: Type.String({ minLength: 1, maxLength: 65_535 }),
    payload: Type.Optional(Type.Unknown({ description: 'text, or any JSON where encoding is json' })),
    encoding: Type.Optional(
      Type.Union([Type.Literal('text'), Type.Literal('json'), Type.Literal('base64'), Type.Literal('hex')]),
    ),
    qos: Type.Optional(Type.Union([Type.Literal(0), Type.Literal(1), Type.Literal(2)])),
    retain: Type.Optional(Type.Boolean()),
    properties: Type.Optional(
      Type.Object(
        {
          contentType: Type.Optional(Type.String({ maxLength: 1000 })),
          responseTopic: Type.Optional(Type.String({ maxLength: 1000 })),
          correlationDataHex: Type.Optional(Type.String({ maxLength: 2000, pattern: '^([0-9a-fA-F]{2})*$' })),
          messageExpirySeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 4_294_967_295 })),
          payloadIsText: Type.Optional(Type.Boolean()),
          userProperties: Type.Optional(
            Type.Array(Type.Object({ name: Type.String(), value: Type.String() }), { maxItems: 64 }),
          ),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
type Asked = Static<typeof message>;

const published = Type.Object({ receivers: Type.Integer({ description: 'subscriptions that the message went to' }) });

export const publishRoutes: readonly Route[] = [
  route(
    'POST /publish',
    'operate',
    'Publishes a message and answers when it is durable where somebody durable wants it',
    {
      body: message,
      answer: published,
      async handle(call) {
        call.audit(`publish to ${JSON.stringify(call.body.topic.slice(0, 200))}`);
        return { receivers: await publish(call, call.body) };
      },
    },
  ),
  route('POST /publish/batch', 'operate', 'Publishes several messages in their order; each has its own outcome', {
    body: Type.Object(
      { messages: Type.Array(message, { minItems: 1, maxItems: MESSAGES_MAX }) },
      { additionalProperties: false },
    ),
    answer: Type.Object({
      items: Type.Array(Type.Object({ receivers: Type.Optional(Type.Integer()), error: Type.Optional(Type.String()) })),
    }),
    async handle(call) {
      const { messages } = call.body;
      call.audit(`publish of ${messages.length} messages`);
      const items: { receivers?: number; error?: string }[] = [];
      for (const asked of messages) {
        try {
          items.push({ receivers: await publish(call, asked) });
        } catch (error) {
          if (!(error instanceof ApiFailure) && !(error instanceof InvalidRequest)) throw error;
          items.push({ error: error.message });
        }
      }
      return { items };
    },
  }),
];

/** @throws ApiFailure or InvalidRequest for a payload or a topic that cannot be published, or not by the caller */
function publish(call: Pick<Call, 'management' | 'caller' | 'address'>, asked: Asked): Promise<number> {
  const { topic, qos = 0, retain = false } = asked;
  const client = askerOf(call.management, call.caller?.name ?? '', call.address);
  const payload = payloadOf(asked);
  return call.management.broker.publish({
    topic,
    payload,
    qos,
    retain,
    ...propertiesOf(asked),
    ...(client !== undefined && { client }),
  });
}

function payloadOf({ payload = '', encoding = 'text' }: Asked): string | Buffer {
  if (encoding === 'json') return JSON.stringify(payload);
  if (typeof payload !== 'string') {
    throw new ApiFailure('bad_request', `The payload has to be text where encoding is ${encoding}; send it as json`);
  }
  if (encoding === 'text') return payload;
  const isRight = encoding === 'hex' ? /^([0-9a-fA-F]{2})*$/ : /^[A-Za-z0-9+/_-]*={0,2}$/;
  if (!isRight.test(payload)) throw new ApiFailure('bad_request', `The payload is not ${encoding}`);
  return Buffer.from(payload, encoding);
}

function propertiesOf({ properties }: Asked): { properties?: Properties } {
  if (properties === undefined) return {};
  const { contentType, responseTopic, correlationDataHex, messageExpirySeconds, payloadIsText, userProperties } =
    properties;
  return {
    properties: {
      ...(contentType !== undefined && { contentType }),
      ...(responseTopic !== undefined && { responseTopic }),
      ...(correlationDataHex !== undefined && { correlationData: Buffer.from(correlationDataHex, 'hex') }),
      ...(messageExpirySeconds !== undefined && { messageExpiryInterval: messageExpirySeconds }),
      ...(payloadIsText !== undefined && { payloadFormatIndicator: payloadIsText ? 1 : 0 }),
      ...(userProperties !== undefined && { userProperties: userProperties.map(({ name, value }) => [name, value]) }),
    },
  };
}
