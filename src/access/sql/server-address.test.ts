import { expect, it } from 'vitest';
import { parseServer } from './server-address.ts';

it.each([
  ['5432', { host: '127.0.0.1', port: 5432 }],
  ['127.0.0.1', { host: '127.0.0.1', port: 1 }],
  ['127.0.0.1:5433', { host: '127.0.0.1', port: 5433 }],
  ['db.example.org', { host: 'db.example.org', port: 1 }],
  ['db_1:6000', { host: 'db_1', port: 6000 }],
  ['::1', { host: '::1', port: 1 }],
  ['[::1]', { host: '::1', port: 1 }],
  ['[fd00::5]:5432', { host: 'fd00::5', port: 5432 }],
  ['/run/postgresql/.s.PGSQL.5433', { path: '/run/postgresql', port: 5433 }],
  ['/run/postgresql', { path: '/run/postgresql', port: 1 }],
])('reads %s', (text, expected) => expect(parseServer(text, 1)).toEqual(expected));

it.each([
  '',
  '0',
  '65536',
  'a b',
  'host:',
  'host:x',
  'host:123456',
  '[::1',
  '[host]:1',
  'http://host',
  'host/db',
  '-x',
  'user@host',
])('does not read %j', (text) => expect(parseServer(text, 1)).toBeUndefined());
