/** The units in `packaging/systemd` under a real systemd: installed as their heads say, started, asked, and mistreated. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../listeners/listening.ts';
import { root } from '../structure/source-tree.ts';
import { BootedSystemd, type Said, whyNoSystemd } from './booted-systemd.ts';

const reason = whyNoSystemd();
const why = reason === undefined ? '' : ` (skipped: ${reason})`;

/** The commands in the head of a unit, as root types them; without those that install the program. */
function commandsIn(unit: string): string {
  const head = readFileSync(join(root, 'packaging/systemd', unit), 'utf8').split('\n\n')[0]!;
  const lines = head.split('\n').filter((line) => line.startsWith('#   ') && !line.includes('npm'));
  expect(lines.length).toBeGreaterThan(2);
  return lines.map((line) => line.slice(4).replaceAll('sudo ', '')).join('\n');
}

function restarts(inside: BootedSystemd): number {
  return Number(inside.run('systemctl show -P NRestarts hoopoe').text);
}

function publish(inside: BootedSystemd, ...options: string[]): Said {
  return inside.run(`hoopoe pub ${options.join(' ')} -t t -m m -q 1`);
}

test.runIf(reason === undefined)(
  `hoopoe.service starts, says why it does not, reloads, and comes back after a crash and when it hangs${why}`,
  { timeout: 180_000 },
  async () => {
    const inside = await BootedSystemd.boot();
    expect(inside.run(commandsIn('hoopoe.service'))).toMatchObject({ code: 0 });
    expect(inside.run('systemctl is-active hoopoe; systemctl is-enabled hoopoe').text).toBe('active\nenabled\n');
    const pid = inside.run('systemctl show -P MainPID hoopoe').text.trim();
    expect(inside.run(`ps -o user=,args= -p ${pid}; stat -c '%a %U' /var/lib/hoopoe`).text).toMatch(
      /^hoopoe +node \S+hoopoe run -c \/etc\/hoopoe\/hoopoe\.yaml\n700 hoopoe\n$/,
    );
    expect(inside.run('service hoopoe status')).toMatchObject({ code: 0 });
    expect(inside.run('echo "a long secret" | hoopoe ctl add-user users ann')).toMatchObject({ code: 0 });
    expect(publish(inside, '-u ann -P "a long secret"')).toMatchObject({ code: 0 });

    inside.run('cp /etc/hoopoe/hoopoe.yaml /root && echo "limts: {}" >> /etc/hoopoe/hoopoe.yaml');
    expect(inside.run('systemctl reload hoopoe').code).toBe(1);
    expect(inside.run('systemctl is-active hoopoe').text).toBe('active\n');
    expect(inside.run('systemctl restart hoopoe').code).toBe(1);
    const failed = inside.run('systemctl status hoopoe');
    expect(failed.code).toBe(3);
    expect(failed.text).toContain('Active: failed');
    expect(failed.text).toContain('Status: "/etc/hoopoe/hoopoe.yaml:');

    // A port below 1024 is open to the user of the service.
    inside.run('sed "s/port: 1883/port: 883/" /root/hoopoe.yaml > /etc/hoopoe/hoopoe.yaml');
    expect(inside.run('systemctl start hoopoe && systemctl reload hoopoe')).toMatchObject({ code: 0 });
    expect(publish(inside, '-p 883 -u ann -P "a long secret"')).toMatchObject({ code: 0 });

    inside.run('kill -9 $(systemctl show -P MainPID hoopoe)');
    await until(
      () => restarts(inside) === 1 && inside.run('hoopoe ctl status').code === 0,
      'the start after a crash',
      30_000,
    );
    inside.write('/etc/systemd/system/hoopoe.service.d/watchdog.conf', '[Service]\nWatchdogSec=3s\n');
    inside.run('systemctl daemon-reload && systemctl restart hoopoe && sleep 5');
    expect(restarts(inside)).toBe(0);
    inside.run('kill -STOP $(systemctl show -P MainPID hoopoe)');
    await until(
      () => restarts(inside) >= 1 && inside.run('hoopoe ctl status').code === 0,
      'the start of what hung',
      40_000,
    );
    expect(inside.run('systemctl stop hoopoe && systemctl show -P ExecMainStatus hoopoe').text).toBe('0\n');
  },
);

test.runIf(reason === undefined)(
  `service mosquitto start, stop, restart, reload and status speak of Hoopoe with mosquitto.service${why}`,
  { timeout: 180_000 },
  async () => {
    const inside = await BootedSystemd.boot();
    // As Debian has it; without a listener it asks for the addresses of the machine.
    const conf =
      'pid_file /run/mosquitto/mosquitto.pid\npersistence true\npersistence_location /var/lib/mosquitto/\n' +
      'log_dest file /var/log/mosquitto/mosquitto.log\n';
    inside.write('/etc/mosquitto/mosquitto.conf', conf);
    expect(inside.run(`${commandsIn('mosquitto.service')}\n`)).toMatchObject({ code: 0 });
    expect(inside.run('service mosquitto status').text).toContain('hoopoe mosquitto -c /etc/mosquitto/mosquitto.conf');
    expect(inside.run('stat -c %U /run/mosquitto/mosquitto.pid').text).toBe('mosquitto\n');
    expect(publish(inside, '-r')).toMatchObject({ code: 0 });
    expect(inside.run('service mosquitto restart')).toMatchObject({ code: 0 });
    expect(inside.run('hoopoe sub -t t -C 1 -W 5').text).toBe('m\n');
    expect(inside.run('service mosquitto reload')).toMatchObject({ code: 0 });
    inside.write('/etc/mosquitto/mosquitto.conf', `${conf}listner 1883\n`);
    expect(inside.run('service mosquitto reload').code).toBe(1);
    expect(inside.run('service mosquitto restart').code).toBe(1);
    expect(inside.run('service mosquitto status').text).toContain('did you mean listener?');
    inside.write('/etc/mosquitto/mosquitto.conf', `${conf}listener 1884\nallow_anonymous true\nbind_interface lo\n`);
    expect(inside.run('service mosquitto start')).toMatchObject({ code: 0 });
    expect(publish(inside, '-p 1884')).toMatchObject({ code: 0 });
    expect(inside.run('service mosquitto stop && stat -c %U /var/lib/mosquitto/mosquitto.db').text).toBe('mosquitto\n');
    expect(inside.run('service mosquitto status').code).toBe(3);
  },
);
