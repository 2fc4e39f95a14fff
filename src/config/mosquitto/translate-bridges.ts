/** From the `connection` sections to the entries of `bridges`. */

import type { ConfBridge, Given, Section } from './conf.ts';
import type { Translation } from './translation.ts';
import { wordsOf } from './value.ts';

const SECONDS_MAX = 86_400;
const PORT_MAX = 65_535;
const NAME_LENGTH_MAX = 32;

export function translateBridges(translation: Translation): void {
  const names = new Set<string>();
  for (const bridge of translation.conf.bridges) {
    const name = entryName(bridge.name, names);
    names.add(name);
    translateBridge(translation, bridge, name);
  }
}

/** Names of entries are of small letters, digits, - and _; those of connections are whatever somebody wrote. */
function entryName(written: string, taken: ReadonlySet<string>): string {
  const letters = written
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '');
  const base = (letters === '' ? 'bridge' : letters).slice(0, NAME_LENGTH_MAX);
  let name = base;
  for (let number = 2; taken.has(name); number++) {
    const suffix = `-${number}`;
    name = base.slice(0, NAME_LENGTH_MAX - suffix.length) + suffix;
  }
  return name;
}

function translateBridge(translation: Translation, bridge: ConfBridge, name: string): void {
  const { options, origin } = bridge;
  const because = { name: 'connection', origin };
  translation.setAll(options, name);
  translation.remark(options);
  const address = options.get('address');
  if (address === undefined) translation.problem(origin, `Invalid bridge configuration: ${bridge.name} has no address`);
  else translation.set(`bridges.${name}.addresses`, addressesOf(translation, address), address);
  const topics = options.all('topic');
  const [topic] = topics;
  if (topic === undefined) translation.problem(origin, `Invalid bridge configuration: ${bridge.name} has no topic`);
  else translateTopics(translation, name, topics);
  checkPairs(translation, options);
  const protocol = options.get('bridge_protocol_version');
  if (protocol === undefined) translation.byDefault(`bridges.${name}.protocol`, '3.1.1', origin);
  const clientId = options.get('remote_clientid');
  const assumed = `${translation.world.hostName}.${bridge.name}`;
  translation.set(`bridges.${name}.client_id`, String(clientId?.value ?? assumed), clientId ?? because);
  const restart = options.get('restart_timeout');
  if (restart !== undefined) translateRestart(translation, name, restart);
}

/** One without the other would be found out when the bridge is opened, without the line that says it. */
function checkPairs(translation: Translation, options: Section): void {
  for (const [one, other] of [
    ['bridge_certfile', 'bridge_keyfile'],
    ['bridge_identity', 'bridge_psk'],
  ] as const) {
    const [first, second] = [options.get(one), options.get(other)];
    const given = first ?? second;
    if (given === undefined || (first !== undefined && second !== undefined)) continue;
    translation.problem(given.origin, `${given.name} needs ${first === undefined ? one : other} as well`);
  }
}

/** Rules are checked one by one, so that the line that is wrong is named. */
function translateTopics(translation: Translation, name: string, topics: readonly Given[]): void {
  const path = `bridges.${name}.topics`;
  for (const topic of topics) translation.set(path, [String(topic.value)], topic);
  const [first] = topics;
  if (topics.length > 1 && first !== undefined) {
    translation.set(
      path,
      topics.map(({ value }) => String(value)),
      first,
    );
  }
}

function addressesOf(translation: Translation, given: Given): string[] {
  return wordsOf(String(given.value)).map((word) => {
    const colon = word.lastIndexOf(':');
    const host = colon < 0 ? word : word.slice(0, colon);
    const port = colon < 0 ? 1883 : Number.parseInt(word.slice(colon + 1), 10);
    if (!(port >= 1 && port <= PORT_MAX)) {
      translation.problem(
        given.origin,
        `Invalid port value (${word}); allowed: HOST or HOST:PORT, with a port from 1 to ${PORT_MAX}`,
      );
      return 'invalid';
    }
    return `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
  });
}

function translateRestart(translation: Translation, name: string, given: Given): void {
  const [base = 0, cap = base] = wordsOf(String(given.value)).map((word) => Math.trunc(Number(word)));
  if (!(base >= 1 && cap >= base && cap <= SECONDS_MAX)) {
    const allowed = `allowed: SECONDS, or BASE CAP, from 1 to ${SECONDS_MAX}`;
    translation.problem(given.origin, `Invalid restart_timeout value (${given.value}); ${allowed}`);
    return;
  }
  translation.set(`bridges.${name}.retry_seconds_min`, base, given);
  translation.set(`bridges.${name}.retry_seconds_max`, cap, given);
}
