/** What a WebSocket listener answers to requests that are no handshakes: the files of a folder, where there is one. */

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { echo, folder, type Listening, open, until } from '../../test/listeners/listening.ts';
import type { WebSocketSettings } from './spec.ts';

function listen(settings: WebSocketSettings): Promise<Listening> {
  return open({ transport: 'ws', name: 'test', host: '127.0.0.1', port: 0, ...settings }, echo);
}

async function connected(to: Listening, path: string): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${to.listener.port}${path}`, ['mqtt']);
  onTestFinished(() => socket.terminate());
  await until(() => socket.readyState === WebSocket.OPEN, 'the client is connected');
}

interface Answer {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly body: string;
}

function fetched(to: Listening, path: string, method: string = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: to.listener.port, path, method }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.once('end', () =>
        resolve({ status: response.statusCode, type: response.headers['content-type'], body }),
      );
    })
      .once('error', reject)
      .end();
  });
}

describe('a WebSocket listener', () => {
  it('knows every path where it is to, and gives no hint where there is nothing', async () => {
    const listening = await listen({ path: '*' });
    expect(listening.listener.url).toBe(`ws://127.0.0.1:${listening.listener.port}/mqtt`);
    for (const path of ['/', '/mqtt', '/a/b?c']) await connected(listening, path);
    expect(listening.accepted).toHaveLength(3);
    expect((await fetched(listening, '/')).status).toBe(404);
  });

  it('gives the files of a folder, and nothing beside it', async () => {
    const place = folder();
    const www = join(place, 'www');
    mkdirSync(join(www, 'sub'), { recursive: true });
    writeFileSync(join(place, 'secret.txt'), 'secret');
    writeFileSync(join(www, 'index.html'), '<p>page</p>');
    writeFileSync(join(www, 'sub/a b.js'), 'script');
    writeFileSync(join(www, 'empty.txt'), '');
    writeFileSync(join(www, '.hidden'), 'secret');
    symlinkSync('../secret.txt', join(www, 'link.txt'));
    const listening = await listen({ path: '*', folder: www });
    expect(await fetched(listening, '/')).toEqual({
      status: 200,
      type: 'text/html; charset=utf-8',
      body: '<p>page</p>',
    });
    expect(await fetched(listening, '/sub/a%20b.js?x=1')).toMatchObject({ status: 200, body: 'script' });
    expect(await fetched(listening, '/empty.txt')).toMatchObject({ status: 200, body: '' });
    expect(await fetched(listening, '/index.html', 'HEAD')).toMatchObject({ status: 200, body: '' });
    const wrong = [
      '/link.txt',
      '/.hidden',
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/sub',
      '/none',
      '/%zz',
      '/%00',
    ];
    for (const path of wrong) expect(await fetched(listening, path), path).toMatchObject({ status: 404 });
    expect(await fetched(listening, '/index.html', 'POST')).toMatchObject({ status: 404 });
    await connected(listening, '/sub');
    expect(listening.accepted).toHaveLength(1);
  });
});
