/**
 * The command `explain`: whether a client may publish or subscribe, every source in order with its answer, and which one
 * decides. Asks the sources of the configuration themselves; no broker has to run, and one that runs notices nothing.
 */

import { isIP } from 'node:net';
import type { Explained, ExplainedStep, Explanation } from '../access/chain/explain.ts';
import { type Loaded, loadSettings } from '../config/load.ts';
import { nearest } from '../config/nearest.ts';
import { quoted } from '../config/value.ts';
import { createTextLog } from '../logging/text-log.ts';
import type { Qos } from '../packet/types.ts';
import type { AccessRequest } from '../ports/access.ts';
import { topicNameProblem } from '../topic/name.ts';
import { parseFilter } from '../topic/share.ts';
import { type Arguments, UsageError } from './arguments.ts';
import { sourcesOf } from './config.ts';
import type { AccessQuestion, Command } from './program.ts';

/** Neither success nor a mistake: the question was answered, with no. */
const deniedExitCode = 2;

/** @throws ConfigError, UsageError, StartError, BackendError */
export const explain: Command = async ({ arguments: typed, terminal, explainAccess }) => {
  const request = requestOf(typed);
  const loaded = await loadSettings(sourcesOf(typed, terminal));
  const question = questionOf(typed, loaded, request);
  // What a source cannot do is in its answer.
  const log = createTextLog('error', (line) => terminal.err(line));
  const explanation = await explainAccess(loaded, question, log);
  terminal.out(explanationText(question, explanation));
  return explanation.allowed ? 0 : deniedExitCode;
};

function requestOf({ rest, own }: Arguments): AccessRequest {
  const [action, written, more] = rest;
  if (action !== 'publish' && action !== 'subscribe') {
    const got = action === undefined ? 'nothing' : quoted(action);
    throw new UsageError(`explain got ${got}; allowed: publish TOPIC, subscribe FILTER`);
  }
  if (written === undefined) throw new UsageError(`explain ${action} needs a topic`);
  if (more !== undefined) throw new UsageError(`explain takes one topic; got ${quoted(more)} as well`);
  return { action, topic: topicOf(action, written), qos: qosOf(own.get('qos')), retain: own.has('retain') };
}

/** The topic as sources see it: without `$share/GROUP/`. */
function topicOf(action: 'publish' | 'subscribe', written: string): string {
  if (action === 'publish') {
    const problem = topicNameProblem(written);
    if (problem !== undefined) throw new UsageError(`the topic ${quoted(written)} ${problem}`);
    return written;
  }
  const parsed = parseFilter(written);
  if (typeof parsed === 'string') throw new UsageError(`the topic filter ${quoted(written)} ${parsed}`);
  return parsed.filter;
}

function qosOf(text: string | undefined): Qos {
  if (text === undefined || text === '0') return 0;
  if (text === '1') return 1;
  if (text === '2') return 2;
  throw new UsageError(`--qos got ${quoted(text)}; allowed: 0, 1, 2`);
}

function questionOf(typed: Arguments, loaded: Loaded, request: AccessRequest): AccessQuestion {
  const { own } = typed;
  const address = own.get('ip') ?? '127.0.0.1';
  if (isIP(address) === 0) throw new UsageError(`--ip got ${quoted(address)}; allowed: an address such as 10.0.0.7`);
  return { who: whoOf(typed, loaded, address), superuser: own.has('superuser'), request };
}

/** What belongs to a client alone. */
const ofClients = ['username', 'listener', 'superuser'] as const;

function whoOf({ own }: Arguments, { listeners, settings }: Loaded, address: string): Explained {
  const [clientId, bridge, caller] = ['client', 'bridge', 'caller'].map((name) => own.get(name) || undefined);
  const given = [clientId, bridge, caller].filter((one) => one !== undefined);
  if (given.length === 0) throw new UsageError('explain needs --client ID, --bridge NAME or --caller NAME');
  if (given.length > 1) throw new UsageError('explain takes one of --client, --bridge and --caller');
  if (clientId === undefined) {
    const alone = ofClients.find((name) => own.has(name));
    if (alone !== undefined) throw new UsageError(`--${alone} belongs to --client`);
    if (bridge === undefined) return { caller, address };
    if (own.has('ip')) throw new UsageError('a bridge has no address; leave out --ip');
    const names = [...settings.bridges.keys()];
    if (names.includes(bridge)) return { bridge, address };
    const known = names.length === 0 ? 'there is none' : `there are ${names.join(', ')}`;
    throw new UsageError(`there is no bridge ${quoted(bridge)}; ${known}`);
  }
  const names = listeners.map(({ name }) => name);
  const listener = own.get('listener') ?? names[0] ?? '';
  if (!names.includes(listener)) {
    const near = nearest(listener, names);
    const hint = near === undefined ? `there are ${names.join(', ')}` : `did you mean ${near}?`;
    throw new UsageError(`there is no listener ${quoted(listener)}; ${hint}`);
  }
  return { clientId, username: own.get('username'), address, listener };
}

function explanationText(question: AccessQuestion, { allowed, steps }: Explanation): string {
  const { who, request } = question;
  const lines = [`${allowed ? 'ALLOW' : 'DENY'}  ${request.action} ${quoted(request.topic)}  (${whoText(who)})`, ''];
  const decided = steps.findIndex(({ decides }) => decides);
  const widths = [
    Math.max(...steps.map(({ source, kind }) => source.length + kind.length + 3)),
    Math.max(...steps.map(({ answer }) => answer.length)),
  ];
  for (const [index, step] of steps.entries()) lines.push(stepLine(step, index > decided, widths));
  return `${lines.join('\n')}\n`;
}

function whoText({ clientId, username, bridge, caller, address, listener }: Explained): string {
  if (bridge !== undefined) return `bridge ${quoted(bridge)}`;
  if (caller !== undefined) return `caller of the API ${quoted(caller)}, ${address}`;
  const user = username === undefined ? 'no user name' : `user name ${quoted(username)}`;
  return `client ${quoted(clientId!)}, ${user}, ${address}, listener ${listener}`;
}

/** The step that decides has an arrow; what stands behind it was not needed. */
function stepLine(step: ExplainedStep, isBehind: boolean, [width = 0, answerWidth = 0]: number[]): string {
  const { source, kind, answer, because, decides } = step;
  const name = `${source} (${kind})`.padEnd(width);
  const text = `${decides ? '>' : ' '} ${name}  ${answer.padEnd(answerWidth)}  ${printable(because)}`;
  return isBehind ? `${text}  (not needed)` : text;
}

/** Rules come from files and databases: what they hold must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}
