import { describe, expect, it } from 'vitest';
import type { ClientIdentity } from '../../ports/access.ts';
import { aclColumns, decidingRow, readAcl, readAclRow } from './acl-rows.ts';

type Row = [allow: unknown, ipaddr: unknown, username: unknown, clientid: unknown, access: unknown, topic: unknown];

const columns = ['allow', 'ipaddr', 'username', 'clientid', 'access', 'topic'];

interface Asked {
  username?: string | undefined;
  clientId?: string;
  address?: string;
  action?: 'publish' | 'subscribe';
  topic: string;
}

function decide(rows: Row[], asked: Asked, comparesLoosely: boolean = false): 'allow' | 'deny' | 'ignore' {
  const client = {
    clientId: asked.clientId ?? 'device-1',
    username: 'username' in asked ? asked.username : 'emqx',
    peer: { address: asked.address ?? '10.0.0.1' },
  } as ClientIdentity;
  const acl = readAcl({ columns, rows });
  const request = { action: asked.action ?? 'subscribe', topic: asked.topic, qos: 0, retain: false } as const;
  return decidingRow(acl?.rows ?? [], client, request, comparesLoosely)?.effect ?? 'ignore';
}

describe('rows of permissions', () => {
  it('let the last row that speaks of a request decide', () => {
    const rows: Row[] = [
      [0, null, '$all', null, 1, '$SYS/#'],
      [1, '10.59.1.100', null, null, 1, '$SYS/#'],
    ];
    expect(decide(rows, { topic: '$SYS/brokers', address: '10.59.1.100' })).toBe('allow');
    expect(decide(rows, { topic: '$SYS/brokers', address: '10.59.1.101' })).toBe('deny');
    expect(decide(rows.toReversed(), { topic: '$SYS/brokers', address: '10.59.1.100' })).toBe('deny');
    expect(decide(rows, { topic: 'a' })).toBe('ignore');
    expect(decide([], { topic: 'a' })).toBe('ignore');
  });

  it('want everything that a row gives to be true of the client', () => {
    const row: Row = [1, '10.0.0.0/8', 'emqx', 'device-1', 3, 'a'];
    expect(decide([row], { topic: 'a' })).toBe('allow');
    expect(decide([row], { topic: 'a', address: '11.0.0.1' })).toBe('ignore');
    expect(decide([row], { topic: 'a', address: '' })).toBe('ignore');
    expect(decide([row], { topic: 'a', username: 'other' })).toBe('ignore');
    expect(decide([row], { topic: 'a', username: undefined })).toBe('ignore');
    expect(decide([row], { topic: 'a', clientId: 'device-2' })).toBe('ignore');
  });

  it('take an empty text for nothing', () => {
    expect(decide([[1, '', 'emqx', '', 3, 'a']], { topic: 'a' })).toBe('allow');
    expect(decide([[1, '', '', '', 3, 'a']], { topic: 'a' })).toBe('ignore');
  });

  it('are for everybody where the user name is $all, whatever else they say', () => {
    const row: Row = [0, '192.168.0.1', '$all', 'other', 3, '#'];
    expect(decide([row], { topic: 'a', username: undefined })).toBe('deny');
    expect(decide([row], { topic: '$SYS/a', action: 'publish' })).toBe('deny');
  });

  it.each([
    [1, 'allow', 'ignore'],
    [2, 'ignore', 'allow'],
    [3, 'allow', 'allow'],
    ['1', 'allow', 'ignore'],
    ['3', 'allow', 'allow'],
  ])('have the access %j: subscribe %s, publish %s', (access, subscribe, publish) => {
    const rows: Row[] = [[1, null, 'emqx', null, access, 'a']];
    expect(decide(rows, { topic: 'a' })).toBe(subscribe);
    expect(decide(rows, { topic: 'a', action: 'publish' })).toBe(publish);
  });

  it.each([
    ['a/+/c', 'a/b/c', 'allow'],
    ['a/#', 'a/b/c', 'allow'],
    ['#', '$SYS/x', 'allow'],
    ['t/%c', 't/device-1', 'allow'],
    ['t/%c', 't/device-2', 'ignore'],
    ['t/%u', 't/emqx', 'allow'],
    ['t/x%u', 't/xemqx', 'ignore'],
    ['eq #', '#', 'allow'],
    ['eq #', 'a', 'ignore'],
    ['eq t/%c', 't/%c', 'allow'],
    ['a/b', 'a/+', 'ignore'],
  ])('match the topic %s with %s: %s', (topic, asked, expected) => {
    expect(decide([[1, null, 'emqx', null, 3, topic]], { topic: asked })).toBe(expected);
  });

  it.each(['+', '#', 'a/b', '/', 'x\0'])('are not widened by a client that calls itself %j', (name) => {
    const rows: Row[] = [
      [1, null, '$all', null, 3, 't/%c'],
      [1, null, '$all', null, 3, 'u/%u/#'],
    ];
    expect(decide(rows, { clientId: name, topic: 't/anything' })).toBe('ignore');
    expect(decide(rows, { clientId: name, topic: `t/${name}` })).toBe('ignore');
    expect(decide(rows, { username: name, topic: 'u/anything/x' })).toBe('ignore');
    expect(decide(rows, { username: name, topic: `u/${name}/x` })).toBe('ignore');
  });

  it.each([
    ['allow', 2],
    ['allow', null],
    ['allow', 'yes'],
    ['access', 4],
    ['access', null],
    ['ipaddr', 'nonsense'],
    ['ipaddr', '10.0.0.0/99'],
    ['topic', null],
    ['topic', ''],
  ])('never allow anything where %s is %j', (column, value) => {
    const row: Row = [1, '10.0.0.1', 'emqx', null, 3, 'a'];
    row[columns.indexOf(column)] = value;
    expect(decide([row], { topic: 'a' })).not.toBe('allow');
  });

  it('still deny where only the access is unclear', () => {
    expect(decide([[0, null, 'emqx', null, 9, 'a']], { topic: 'a', action: 'publish' })).toBe('deny');
  });

  it('say why a row counts for nothing, and leave the others', () => {
    const acl = readAcl({
      columns,
      rows: [
        [1, null, null, null, 3, '#'],
        [1, null, 'emqx', null, 3, 'a'],
        [1, 'x', null, null, 3, 'a'],
      ],
    });
    expect(acl?.rows.map(({ text }) => text)).toEqual(['allow username emqx all a']);
    expect(acl?.problems.join()).toMatch(/\$all.*no address/);
  });

  it('understand what drivers make of columns', () => {
    const places = aclColumns(columns);
    const read = readAclRow([true, null, Buffer.from('emqx'), undefined, '2', Buffer.from('a')], places!);
    expect(read).toMatchObject({ effect: 'allow', username: 'emqx', action: 'publish' });
    expect(readAclRow([Buffer.from([0]), null, 'emqx', null, 3, 'a'], places!)).toMatchObject({ effect: 'deny' });
  });

  it('are read by the names of columns where all are there, otherwise by their places', () => {
    expect(aclColumns(['topic', 'ALLOW', 'x', 'access', 'clientid', 'username', 'ipaddr'])).toEqual([1, 6, 5, 4, 3, 0]);
    expect(aclColumns(['a', 'b', 'c', 'd', 'e', 'f'])).toEqual([0, 1, 2, 3, 4, 5]);
    expect(aclColumns(['allow', 'topic'])).toBeUndefined();
    expect(aclColumns([])).toBeUndefined();
  });

  it('deny what the database takes for the same name, and allow nothing by it', () => {
    const rows: Row[] = [[0, null, 'emqx', null, 3, 'a']];
    for (const username of ['EMQX', 'emqx ', 'émqx']) {
      expect(decide(rows, { topic: 'a', username }, true)).toBe('deny');
      expect(decide(rows, { topic: 'a', username }, false)).toBe('ignore');
      expect(decide([[1, null, 'emqx', null, 3, 'a']], { topic: 'a', username }, true)).toBe('ignore');
    }
    expect(decide(rows, { topic: 'a', username: 'emq' }, true)).toBe('ignore');
  });
});
