/** Syslog on a socket of datagrams, as `/dev/log` is on most systems: the program `logger` stands in between. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BrokerLog } from '../../src/logging/broker-log.ts';
import { typesUpTo } from '../../src/logging/kinds.ts';
import { pathOf, python, RunningProgram } from '../clients/programs.ts';
import { folder, until } from '../listeners/listening.ts';

const receiver = `
import socket, sys
taker = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
taker.bind(sys.argv[1])
print("ready", flush=True)
while True:
    print(taker.recv(65536).decode(), flush=True)
`;

/** That of BusyBox takes no priorities from its input. */
const hasLogger =
  pathOf('logger') !== undefined &&
  spawnSync('logger', ['--version'], { encoding: 'utf8' }).stdout.includes('util-linux');
const hasPython = pathOf(python) !== undefined || spawnSync(python, ['-c', '']).status === 0;

test.runIf(hasLogger && hasPython)(
  'reaches a socket of datagrams (needs logger of util-linux, and python)',
  async () => {
    const socket = join(folder(), 'log');
    const program = new RunningProgram(python, ['-c', receiver, socket]);
    await until(() => program.lines.includes('ready'), 'the socket');
    let complaints = '';
    const log = new BrokerLog(
      {
        form: { format: 'mosquitto', timestamp: true, timestampFormat: undefined },
        types: typesUpTo('info'),
        level: 'info',
        destinations: new Set(['syslog']),
        file: '',
        rotation: { bytesMax: 0, filesMax: 1 },
        syslogSocket: socket,
        syslogFacility: 17,
        connections: true,
      },
      {
        out: () => {},
        err: (text) => {
          complaints += text;
        },
      },
    );
    log.info('one');
    log.warn('two', { client: 'a\nb' });
    await until(() => program.lines.length >= 3, 'two lines', 10_000);
    log.error('three');
    await log.close();
    await until(() => program.lines.length >= 4, 'the line before the end', 10_000);
    const pid = process.pid;
    expect(program.lines.slice(1).map((line) => line.replace(/^(<\d+>).*? (\S*hoopoe)/, '$1 $2'))).toEqual([
      `<142> hoopoe[${pid}]: one`,
      `<140> hoopoe[${pid}]: two client="a\\u000ab"`,
      `<139> hoopoe[${pid}]: three`,
    ]);
    expect(complaints).toBe('');
  },
);
