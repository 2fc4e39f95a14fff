/**
 * Rows of a permission table, as EMQX 4.3 reads them: who (everybody, or all of address, user name and Client
 * Identifier that are given), what, and a topic. The last row that speaks of a request decides, so that the exception
 * stands below the rule. A row that cannot be understood never allows anything.
 */

import type { AccessRequest, ClientIdentity, ExplainedPermission } from '../../ports/access.ts';
import { Network, parseNetwork } from '../rules/network.ts';
import { TopicPattern } from '../rules/topic-pattern.ts';
import type { SqlResult } from './connection.ts';

export interface AclRow {
  readonly effect: 'allow' | 'deny';
  readonly action: 'publish' | 'subscribe' | 'all';
  readonly isForAll: boolean;
  readonly network: Network | undefined;
  readonly username: string | undefined;
  readonly clientId: string | undefined;
  readonly pattern: TopicPattern;
  /** For people. */
  readonly text: string;
}

/** Where the columns stand. */
export type AclColumns = readonly [
  allow: number,
  address: number,
  username: number,
  clientId: number,
  access: number,
  topic: number,
];

const COLUMN_NAMES = ['allow', 'ipaddr', 'username', 'clientid', 'access', 'topic'];

/** By their names where all six are there, otherwise by their places where there are six; undefined for other results. */
export function aclColumns(columns: readonly string[]): AclColumns | undefined {
  const names = columns.map((column) => column.toLowerCase());
  const places = COLUMN_NAMES.map((name) => names.indexOf(name));
  if (!places.includes(-1)) return places as unknown as AclColumns;
  return columns.length === COLUMN_NAMES.length ? [0, 1, 2, 3, 4, 5] : undefined;
}

/** Reads a row, or says why it counts for nothing. */
export function readAclRow(row: readonly unknown[], columns: AclColumns): AclRow | { readonly problem: string } {
  const [allow, address, username, clientId, access, topic] = columns.map((place) => textOf(row[place]));
  if (topic === undefined) return { problem: 'it has no topic' };
  // Whatever is not clearly an allowance is none.
  const effect = allow === '1' || allow === 'true' ? 'allow' : 'deny';
  const action = actions.get(access ?? '');
  if (action === undefined && effect === 'allow') return { problem: 'its access is none of 1, 2 and 3' };
  const isForAll = username === '$all';
  if (!isForAll && address === undefined && username === undefined && clientId === undefined) {
    return { problem: "it speaks of nobody; for everybody its username is '$all'" };
  }
  const network = address === undefined ? undefined : parseNetwork(address.trim());
  if (!isForAll && network !== undefined && !(network instanceof Network))
    return { problem: `ipaddr: ${network.problem}` };
  const literal = topic.startsWith('eq ');
  return {
    effect,
    action: action ?? 'all',
    isForAll,
    network: network instanceof Network ? network : undefined,
    username,
    clientId,
    pattern: new TopicPattern(literal ? topic.slice(3) : topic, { literal }),
    text: `${effect} ${whoText(isForAll, address, username, clientId)} ${action ?? 'all'} ${topic}`,
  };
}

const actions: ReadonlyMap<string, AclRow['action']> = new Map([
  ['1', 'subscribe'],
  ['2', 'publish'],
  ['3', 'all'],
]);

/**
 * The last row that speaks of the request; undefined when none does.
 *
 * @param comparesLoosely whether the database found the rows by a comparison that takes `Device` and `device` for one
 */
export function decidingRow(
  rows: readonly AclRow[],
  client: ClientIdentity,
  request: AccessRequest,
  comparesLoosely: boolean,
): AclRow | undefined {
  return rows.findLast((row) => {
    if (row.action !== 'all' && row.action !== request.action) return false;
    return isAbout(row, client, comparesLoosely) && row.pattern.covers(request.topic, client, row.effect);
  });
}

function isAbout(row: AclRow, client: ClientIdentity, comparesLoosely: boolean): boolean {
  if (row.isForAll) return true;
  // A client that logged in as DEVICE with the password of device must not get rid of what device is denied.
  const same = comparesLoosely && row.effect === 'deny' ? looksSame : isSame;
  if (row.network !== undefined && !row.network.has(client.peer.address)) return false;
  if (row.username !== undefined && !same(row.username, client.username)) return false;
  return row.clientId === undefined || same(row.clientId, client.clientId);
}

function isSame(stored: string, said: string | undefined): boolean {
  return stored === said;
}

const loose = new Intl.Collator('und', { sensitivity: 'base' });

/** As the usual collations of MySQL see it: neither case nor accents nor blanks at the end make a difference. */
function looksSame(stored: string, said: string | undefined): boolean {
  return said !== undefined && (stored === said || loose.compare(stored.trimEnd(), said.trimEnd()) === 0);
}

export interface ReadAcl {
  readonly rows: readonly AclRow[];
  /** Why rows count for nothing. */
  readonly problems: readonly string[];
}

/** Undefined when the columns are not those of a permission query. */
export function readAcl({ columns, rows }: SqlResult): ReadAcl | undefined {
  const places = aclColumns(columns);
  if (places === undefined) return undefined;
  const good: AclRow[] = [];
  const problems: string[] = [];
  for (const row of rows) {
    const read = readAclRow(row, places);
    if ('problem' in read) problems.push(read.problem);
    else good.push(read);
  }
  return { rows: good, problems };
}

export function explainRow(row: AclRow | undefined, count: number): ExplainedPermission {
  if (row === undefined) return { answer: 'ignore', because: `none of ${count} rows speaks of it` };
  return { answer: row.effect, because: row.text };
}

function whoText(...[isForAll, address, username, clientId]: [boolean, ...(string | undefined)[]]): string {
  if (isForAll) return '$all';
  const parts = [
    address && `ipaddr ${address}`,
    username && `username ${username}`,
    clientId && `clientid ${clientId}`,
  ];
  return parts.filter((part) => part !== undefined).join(' and ');
}

/** What a driver gives for a column: text, a number, a truth value or bytes. Undefined for NULL and for nothing. */
function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (Buffer.isBuffer(value)) return value.length === 1 && value[0]! < 2 ? String(value[0]) : value.toString('utf8');
  return String(value);
}
