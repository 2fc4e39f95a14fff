/** How to start Mosquitto: nothing is logged, nothing is persisted, and no queue is so short that it drops messages. */

import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOGIN } from '../generator/frames.mjs';

const EXECUTABLES = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto'];

/** @returns {string | undefined} */
function executable() {
  return EXECUTABLES.find((path) => existsSync(path));
}

/** @type {import('./broker.mjs').Broker} */
export const mosquitto = {
  name: 'mosquitto',
  title: 'Mosquitto',
  lacks: {
    node: 'is no Node program',
    database: 'needs a plugin for databases',
  },
  unavailable: () =>
    executable() === undefined ? 'it is not installed; on Debian `apt install mosquitto`' : undefined,
  version() {
    // It has no option for its version, but the help text begins with it.
    const { stdout } = spawnSync(executable() ?? '', ['-h'], { encoding: 'utf8' });
    return /version (\S+)/.exec(stdout)?.[1] ?? 'unknown';
  },
  launch({ ports, folder, tls, scenario }) {
    const lines = [
      `allow_anonymous ${scenario.login === 'none'}`,
      ...accessLines(folder, scenario),
      'log_type none',
      'log_dest none',
      'persistence false',
      'set_tcp_nodelay true',
      'max_queued_messages 0',
      'max_queued_bytes 0',
      'max_inflight_messages 0',
      `listener ${ports.tcp} 127.0.0.1`,
      `listener ${ports.ws} 127.0.0.1`,
      'protocol websockets',
    ];
    if (tls !== undefined) {
      lines.push(`listener ${ports.tls} 127.0.0.1`, `certfile ${tls.certificate}`, `keyfile ${tls.key}`);
    }
    // As root it would give up its rights and could not read the private folder any more.
    if (process.getuid?.() === 0) lines.unshift('user root');
    const file = join(folder, 'mosquitto.conf');
    writeFileSync(file, `${lines.join('\n')}\n`);
    return {
      command: executable() ?? '',
      args: ['-c', file],
      listens: tls === undefined ? ['tcp', 'ws'] : ['tcp', 'tls', 'ws'],
    };
  },
};

/**
 * @param {string} folder @param {import('../scenarios/row.mjs').Scenario} scenario
 * @returns {string[]} Mosquitto has one hash for passwords, whatever the scenario would like
 */
function accessLines(folder, { rules, login }) {
  const lines = [];
  if (rules > 0) {
    const file = join(folder, 'acl');
    const some = Array.from({ length: rules - 1 }, (_, i) => `user user-${i}\ntopic deny secret/${i}/#`);
    writeFileSync(file, `${['topic readwrite #', ...some].join('\n')}\n`);
    lines.push(`acl_file ${file}`);
  }
  if (login !== 'none') {
    const file = join(folder, 'passwords');
    spawnSync('mosquitto_passwd', ['-c', '-b', file, LOGIN.username, LOGIN.password]);
    lines.push(`password_file ${file}`);
  }
  return lines;
}
