/** What a person wants to know when the broker has started, and no more: at most thirteen lines. */

import type { Environment } from '../config/environment.ts';
import type { ListenerSettings } from '../config/listeners.ts';
import type { Loaded } from '../config/load.ts';
import type { EffectiveDurability, RunningBroker } from './program.ts';
import { type StartTexts, startTexts } from './texts.ts';

/** With more listeners the rest is counted. */
const listenersShownMax = 5;

/** What of a running broker is told. */
export type ToldBroker = Pick<RunningBroker, 'listeners' | 'durability' | 'loginSources'>;

/** @param version of the program */
export function startText(loaded: Loaded, broker: ToldBroker, version: string, environment: Environment): string {
  const texts = startTexts(environment);
  const lines: [string, string][] = [];
  const shown = broker.listeners.slice(0, listenersShownMax);
  const nameWidth = Math.max(0, ...shown.map(({ name }) => name.length));
  for (const { name, urls } of shown) lines.push([texts.listeners, `${name.padEnd(nameWidth)}  ${urls.join('  ')}`]);
  const hidden = broker.listeners.length - shown.length;
  if (hidden > 0) lines.push([texts.listeners, texts.more(hidden)]);
  lines.push([texts.data, `${loaded.dataDirectory} (${durabilityText(broker.durability, texts)})`]);
  for (const line of loginLines(loaded.listeners, broker, texts)) lines.push([texts.logins, line]);
  const example = exampleCommand(loaded.listeners, broker);
  if (example !== undefined) lines.push([texts.tryIt, example]);
  return `Hoopoe ${version}\n${labelled(lines, texts)}`;
}

/** What follows once the management interface is open, or is known to be none. */
export function endText(managementUrl: string | undefined, environment: Environment): string {
  const texts = startTexts(environment);
  const lines: [string, string][] = managementUrl === undefined ? [] : [[texts.dashboard, managementUrl]];
  return `${labelled(lines, texts)}${texts.stop}\n`;
}

function durabilityText({ mode, windowSeconds }: EffectiveDurability, texts: StartTexts): string {
  if (mode === 'strict') return texts.strict;
  return mode === 'relaxed' ? texts.relaxed(windowSeconds) : texts.inMemory;
}

/** The same label in consecutive lines is written once. */
function labelled(lines: readonly (readonly [string, string])[], texts: StartTexts): string {
  const labels = [texts.listeners, texts.data, texts.logins, texts.tryIt, texts.dashboard];
  const width = Math.max(...labels.map(columnsOf)) + 2;
  return lines
    .map(([label, text], index) => {
      const repeated = lines[index - 1]?.[0] === label;
      return `  ${repeated ? ' '.repeat(width) : label + ' '.repeat(width - columnsOf(label))}${text}\n`;
    })
    .join('');
}

/** Chinese characters take two columns of a terminal. */
function columnsOf(text: string): number {
  return [...text].reduce((columns, character) => columns + (character > '\u2e80' ? 2 : 1), 0);
}

function loginLines(listeners: readonly ListenerSettings[], broker: ToldBroker, texts: StartTexts): string[] {
  const names = (chosen: readonly ListenerSettings[]): string => chosen.map(({ name }) => name).join(', ');
  const open = listeners.filter(({ anonymous }) => anonymous === 'allow');
  const half = listeners.filter(({ anonymous }) => anonymous === 'without_username');
  const closed = listeners.filter(({ anonymous }) => anonymous === 'deny');
  const lines: string[] = [];
  if (broker.loginSources.length > 0) lines.push(texts.loginSources(broker.loginSources.join(', ')));
  if (open.some(({ loopback }) => loopback)) lines.push(texts.anonymousLocal);
  const everywhere = open.filter(({ loopback }) => !loopback);
  if (everywhere.length > 0) lines.push(texts.anonymousEverywhere(names(everywhere)));
  if (half.length > 0) lines.push(texts.anonymousWithoutName(names(half)));
  const required = closed.filter(({ checksLogins }) => checksLogins);
  if (required.length > 0) lines.push(texts.loginRequired(names(required)));
  const impossible = closed.filter(({ checksLogins }) => !checksLogins);
  if (impossible.length > 0) lines.push(texts.loginImpossible(names(impossible)));
  return lines;
}

/** A command to paste, where a plain TCP listener lets everybody in. */
function exampleCommand(listeners: readonly ListenerSettings[], broker: ToldBroker): string | undefined {
  const listener = listeners.find(({ anonymous, transport }) => anonymous === 'allow' && transport === 'tcp');
  const url = broker.listeners.find(({ name }) => name === listener?.name)?.urls[0];
  if (listener === undefined || url === undefined) return undefined;
  const port = /:(\d+)$/.exec(url)?.[1];
  const where = port === undefined || port === '1883' ? '-h localhost' : `-h localhost -p ${port}`;
  return `mosquitto_pub ${where} -t hello -m world      or: npx mqtt pub ${where} -t hello -m world`;
}
