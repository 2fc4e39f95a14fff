/** What systemd hears: its own program speaks for the broker, to a socket of datagrams as systemd opens it. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pathOf, python, RunningProgram } from '../clients/programs.ts';
import { folder, until } from '../listeners/listening.ts';
import { startHoopoe } from './executable.ts';

// Like systemd it closes the descriptors that come along: `systemd-notify` waits for that.
const receiver = `
import os, socket, struct, sys
taker = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
taker.bind(sys.argv[1])
print("open", flush=True)
while True:
    text, rights, _, _ = taker.recvmsg(4096, 256)
    for _, _, data in rights:
        for fd in struct.unpack("%di" % (len(data) // 4), data):
            os.close(fd)
    if not text.startswith(b"BARRIER"):
        print(text.decode(), flush=True)
`;

const hasPython = pathOf(python) !== undefined || spawnSync(python, ['-c', '']).status === 0;
const hasNotify = pathOf('systemd-notify') !== undefined;

test.runIf(hasPython && hasNotify)(
  'the service manager hears from the real program that the broker is ready, alive and stopping (needs systemd-notify, and python)',
  async () => {
    const socket = join(folder(), 'notify');
    const manager = new RunningProgram(python, ['-c', receiver, socket]);
    await until(() => manager.lines.includes('open'), 'the socket');
    const { program } = await startHoopoe(['-p', '0', '--management.enabled', 'false'], {
      env: { PATH: process.env['PATH'], NOTIFY_SOCKET: socket, WATCHDOG_USEC: '600000' },
    });
    const told = (text: string): number => manager.lines.filter((line) => line === text).length;
    await until(() => told('READY=1') === 1 && told('WATCHDOG=1') >= 2, 'ready and alive', 10_000);
    program.kill('SIGTERM');
    expect(await program.end()).toBe(0);
    await until(() => told('STOPPING=1') === 1, 'the stop', 10_000);
    expect(manager.lines.indexOf('READY=1')).toBeLessThan(manager.lines.indexOf('WATCHDOG=1'));
  },
);
