/**
 * A second opinion on both languages of permissions: rules as plain data, walked through as the manuals word it, without
 * any index or preparation. Slow, and shares no code with what it judges. Beside each rule stands how it is written.
 */

import { referenceMatches } from '../arbitraries/topics.ts';

export interface SlowClient {
  readonly clientId: string;
  readonly username: string | undefined;
  readonly address: string;
}

/** Whom a rule of acl.conf speaks of; an address is a prefix of dotted numbers, written as a range. */
export type SlowWho =
  | { readonly is: 'all' }
  | { readonly is: 'user' | 'client'; readonly name: string }
  | { readonly is: 'ipaddr'; readonly range: string; readonly prefix: string }
  | { readonly is: 'and' | 'or'; readonly of: readonly SlowWho[] };

export interface ConfRule {
  readonly effect: 'allow' | 'deny';
  readonly who: SlowWho;
  readonly action: 'publish' | 'subscribe' | 'pubsub';
  readonly topics: readonly { readonly text: string; readonly eq: boolean }[];
}

export function writeConf(rules: readonly ConfRule[]): string {
  return rules
    .map(({ effect, who, action, topics }) => {
      const list = topics.map(({ text, eq }) => (eq ? `{eq, ${JSON.stringify(text)}}` : JSON.stringify(text)));
      return `{${effect}, ${writeWho(who)}, ${action}, [${list.join(', ')}]}.\n`;
    })
    .join('');
}

function writeWho(who: SlowWho): string {
  if (who.is === 'all') return 'all';
  if (who.is === 'ipaddr') return `{ipaddr, "${who.range}"}`;
  if ('of' in who) return `{'${who.is}', [${who.of.map(writeWho).join(', ')}]}`;
  return `{${who.is}, ${JSON.stringify(who.name)}}`;
}

/** The answer of acl.conf: from top to bottom, the first rule that speaks of it. */
export function askConf(
  rules: readonly ConfRule[],
  client: SlowClient,
  action: 'publish' | 'subscribe',
  topic: string,
): 'allow' | 'deny' | 'ignore' {
  for (const rule of rules) {
    if (rule.action !== 'pubsub' && rule.action !== action) continue;
    if (!isMeant(rule.who, client)) continue;
    for (const { text, eq } of rule.topics) {
      if (eq ? text === topic : confCovers(text, topic, client, rule.effect)) return rule.effect;
    }
  }
  return 'ignore';
}

function isMeant(who: SlowWho, client: SlowClient): boolean {
  if (who.is === 'all') return true;
  if ('name' in who) return (who.is === 'user' ? client.username : client.clientId) === who.name;
  if (who.is === 'ipaddr') return client.address.startsWith(who.prefix);
  const each = who.of.map((one) => isMeant(one, client));
  return who.is === 'and' ? !each.includes(false) : each.includes(true);
}

function confCovers(pattern: string, topic: string, client: SlowClient, effect: 'allow' | 'deny'): boolean {
  const wanted = pattern.split('/');
  const asked = topic.split('/');
  const [first] = wanted;
  if (effect === 'allow' && topic.startsWith('$') && (first === '%c' || first === '%u')) return false;
  for (let i = 0; ; i++) {
    const [want, have] = [wanted[i], asked[i]];
    if (want === '#') return true;
    if (want === undefined || have === undefined) return want === have;
    if (want === '+') {
      if (have === '#' && effect === 'allow') return false;
    } else if (want === '%c' || want === '%u') {
      const value = want === '%c' ? client.clientId : client.username;
      if (value === undefined || (value === '' && effect === 'allow') || /[+#/]/.test(value) || value !== have)
        return false;
    } else if (want !== have) return false;
  }
}

export interface FileLine {
  readonly word: 'user' | 'topic' | 'pattern';
  readonly access: '' | 'read' | 'write' | 'readwrite' | 'deny';
  /** The topic, or the name of the user. */
  readonly text: string;
}

export function writeFile(lines: readonly FileLine[]): string {
  return lines
    .map(({ word, access, text }) => `${word} ${word === 'user' || access === '' ? '' : `${access} `}${text}\n`)
    .join('');
}

/** The answer of acl_file: the client's own lines, then the patterns; denials first in each; otherwise no. */
export function askFile(
  lines: readonly FileLine[],
  client: SlowClient,
  access: 'read' | 'write',
  topic: string,
): 'allow' | 'deny' {
  const own: FileLine[] = [];
  let section: string | undefined;
  for (const line of lines) {
    if (line.word === 'user') section = line.text;
    if (line.word === 'topic' && section === client.username) own.push(line);
  }
  const patterns = lines.filter(({ word }) => word === 'pattern');
  const grants = (line: FileLine): boolean =>
    line.access === access || line.access === '' || line.access === 'readwrite';
  if (own.some((line) => line.access === 'deny' && referenceMatches(line.text, topic))) return 'deny';
  if (own.some((line) => grants(line) && referenceMatches(line.text, topic))) return 'allow';
  if (patterns.length > 0 && /[+#]/.test(`${client.clientId}${client.username ?? ''}`)) return 'deny';
  if (patterns.some((line) => line.access === 'deny' && patternMatches(line.text, topic, client, false))) return 'deny';
  return patterns.some((line) => grants(line) && patternMatches(line.text, topic, client, true)) ? 'allow' : 'deny';
}

function patternMatches(pattern: string, topic: string, client: SlowClient, isGrant: boolean): boolean {
  const { clientId, username } = client;
  if (pattern.includes('%u') && username === undefined) return false;
  const used = [...(pattern.includes('%c') ? [clientId] : []), ...(pattern.includes('%u') ? [username ?? ''] : [])];
  // Beyond Mosquitto: a name with a slash, an empty one and one that begins a $ topic grant nothing.
  if (isGrant && used.some((value) => value === '' || value.includes('/'))) return false;
  if (isGrant && topic.startsWith('$') && /^%[cu]/.test(pattern)) return false;
  const filled = pattern
    .split(/(%[cu])/)
    .map((part) => (part === '%c' ? clientId : part === '%u' ? (username ?? '') : part));
  return referenceMatches(filled.join(''), topic);
}
