/** The OpenAPI 3.1 document of the routes. JSON Schema is what both sides speak, so the schemas stand in it as they are. */

import type { TSchema } from 'typebox';
import type { Route } from './route.ts';

type Json = Record<string, unknown>;

/** @param base where the routes lie: `/api/v1` */
export function openApiDocument(routes: readonly Route[], base: string, version: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = paths[route.path] ?? {};
    path[route.method.toLowerCase()] = operation(route);
    paths[route.path] = path;
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Hoopoe management API', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: base }],
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: hpk_…' },
        session: { type: 'apiKey', in: 'cookie', name: 'hoopoe_session' },
      },
      schemas: { Failure: failureSchema },
    },
  };
}

const failureSchema: Json = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: { code: { type: 'string' }, message: { type: 'string' } },
    },
  },
};

function operation(route: Route): Json {
  const { params, query, body, answer, streams, downloads, scope, summary } = route;
  const contentType = streams ? 'text/event-stream' : downloads ? 'application/octet-stream' : 'application/json';
  const failure = { content: { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } } };
  const success: Json =
    answer === undefined && !streams && !downloads
      ? { 204: { description: 'Done' } }
      : { 200: { description: 'The answer', content: { [contentType]: { schema: answer ?? {} } } } };
  return {
    summary,
    tags: [route.path.split('/')[1] ?? ''],
    operationId: `${route.method.toLowerCase()}${route.path.replaceAll(/[^A-Za-z]+/g, '_')}`,
    parameters: [...parameters(params, 'path'), ...parameters(query, 'query')],
    ...(body !== undefined && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: { ...success, default: { description: 'Why it was not done', ...failure } },
    security: scope === 'public' ? [] : [{ apiKey: [] }, { session: [] }],
    'x-scope': scope,
  };
}

function parameters(schema: TSchema | undefined, place: 'path' | 'query'): Json[] {
  const { properties = {}, required = [] } = (schema ?? {}) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}
