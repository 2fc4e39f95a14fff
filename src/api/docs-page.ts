/** The page at `/api/docs`: the OpenAPI document to browse, made of our own few lines and nothing from elsewhere. */

import type { FastifyInstance } from 'fastify';

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Hoopoe management API</title>
<link rel="stylesheet" href="/api/docs.css">
</head>
<body>
<h1>Management API</h1>
<p>Below <code>/api/v1</code>. The document itself: <a href="/api/v1/openapi.json">openapi.json</a></p>
<input id="search" type="search" placeholder="Search" aria-label="Search">
<div id="routes"></div>
<noscript><p>This page needs scripts; the document does not.</p></noscript>
<script src="/api/docs.js"></script>
</body>
</html>
`;

const style = `:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
input { width: 100%; box-sizing: border-box; font: inherit; padding: .4rem .6rem; margin-bottom: 1rem }
details { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .4rem 0 }
summary { cursor: pointer; display: flex; gap: .8rem; align-items: baseline; flex-wrap: wrap }
.method { font: 600 .8rem monospace; width: 4rem }
.path { font-family: monospace }
.summary { opacity: .75 }
.scope { margin-left: auto; font-size: .8rem; opacity: .75 }
pre { overflow: auto; padding: .6rem; background: color-mix(in srgb, currentColor 8%, transparent) }
`;

const script = `'use strict';
const element = (name, className, text) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};
const schemaOf = (content) => Object.values(content ?? {})[0]?.schema;
const block = (title, value) => {
  const part = element('section');
  part.append(element('h4', '', title), element('pre', '', JSON.stringify(value, null, 2)));
  return part;
};
const shown = (path, method, operation) => {
  const details = element('details');
  const summary = element('summary');
  summary.append(
    element('span', 'method', method.toUpperCase()),
    element('span', 'path', path),
    element('span', 'summary', operation.summary),
    element('span', 'scope', operation['x-scope']),
  );
  details.append(summary);
  details.addEventListener('toggle', () => {
    if (details.childElementCount > 1) return;
    for (const { name, in: place, required, schema } of operation.parameters ?? [])
      details.append(block(place + ' ' + name + (required ? ' (required)' : ''), schema));
    const body = schemaOf(operation.requestBody?.content);
    if (body) details.append(block('body', body));
    const answer = schemaOf(operation.responses['200']?.content);
    details.append(answer ? block('answer', answer) : element('p', '', 'Answers with status 204 and nothing else.'));
  });
  return details;
};
const main = async () => {
  const { paths } = await (await fetch('/api/v1/openapi.json')).json();
  const rows = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      text: (method + ' ' + path + ' ' + operation.summary).toLowerCase(),
      node: shown(path, method, operation),
    })),
  );
  document.getElementById('routes').append(...rows.map(({ node }) => node));
  document.getElementById('search').addEventListener('input', ({ target }) => {
    const wanted = target.value.toLowerCase();
    for (const { text, node } of rows) node.hidden = !text.includes(wanted);
  });
};
void main();
`;

export function installDocs(server: FastifyInstance): void {
  const files = [
    ['/api/docs', 'text/html; charset=utf-8', page],
    ['/api/docs.css', 'text/css; charset=utf-8', style],
    ['/api/docs.js', 'text/javascript; charset=utf-8', script],
  ] as const;
  for (const [path, type, text] of files) server.get(path, (_request, reply) => reply.type(type).send(text));
}
