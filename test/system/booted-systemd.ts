/**
 * systemd as process 1 of namespaces of its own, on a copy of this machine that nothing is written back from: its network
 * has nothing but itself, so that every port is free. Everything in it ends with the test.
 */

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { pathOf } from '../clients/programs.ts';
import { folder, until } from '../listeners/listening.ts';
import { root } from '../structure/source-tree.ts';

const systemd = '/lib/systemd/systemd';

/** Where the program lies inside. */
const installed = '/opt/hoopoe';

// Arguments: folder for the layers, folder of the repository, the program of Node.js.
const boot = `set -e
ip link set lo up
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
cd "$1/root"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=755 tmpfs dev
for name in null zero full random urandom tty; do touch "dev/$name"; mount --bind "/dev/$name" "dev/$name"; done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
mount -t tmpfs tmpfs dev/shm
mount -t tmpfs -o mode=1777 tmpfs tmp
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mkdir -p opt/hoopoe usr/local/bin
mount --bind "$2" opt/hoopoe
rm -f usr/local/bin/hoopoe usr/local/bin/node
ln -s ${installed}/bin/hoopoe usr/local/bin/hoopoe
touch usr/local/bin/node
mount --bind "$3" usr/local/bin/node
rm -rf etc/machine-id etc/hoopoe etc/mosquitto var/lib/hoopoe var/lib/mosquitto var/log/mosquitto
touch etc/machine-id
printf '127.0.0.1 localhost\\n::1 localhost\\n' > etc/hosts
for unit in timers.target systemd-udevd.service systemd-udev-trigger.service systemd-tmpfiles-setup.service systemd-tmpfiles-setup-dev.service \\
  systemd-timesyncd.service systemd-resolved.service systemd-networkd.service; do
  ln -sf /dev/null "etc/systemd/system/$unit"
done
printf '[Unit]\\nRequires=basic.target\\nAfter=basic.target\\nAllowIsolate=yes\\n' > etc/systemd/system/booted.target
mkdir old
pivot_root . old
umount -l /old
exec env -i container=test PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin ${systemd} --system --unit=booted.target --log-target=null
`;

const namespaces = ['--pid', '--mount', '--uts', '--ipc', '--net', '--cgroup'];

/** Why it cannot be done here, or undefined. */
export function whyNoSystemd(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root of a Linux can boot it';
  const missing = [systemd, 'unshare', 'nsenter', 'ip', 'findmnt'].find(
    (name) => pathOf(name.replace(/^\//, '')) === undefined && !isFile(name),
  );
  if (missing !== undefined) return `${missing} is missing`;
  if (groupFolder() === undefined) return 'control groups of version 2 are not mounted';
  const tried = spawnSync('unshare', ['--fork', ...namespaces, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']);
  return tried.status === 0 ? undefined : 'this machine lets nobody make namespaces with mounts of their own';
}

function isFile(path: string): boolean {
  return path.startsWith('/') && spawnSync('test', ['-x', path]).status === 0;
}

function groupFolder(): string | undefined {
  const { status, stdout } = spawnSync('findmnt', ['-n', '-o', 'TARGET', '-t', 'cgroup2'], { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n')[0] : undefined;
}

/** What a command inside has said, errors and all, and its exit code. */
export interface Said {
  readonly code: number;
  readonly text: string;
}

export class BootedSystemd {
  readonly #pid: number;

  private constructor(pid: number) {
    this.#pid = pid;
  }

  static async boot(): Promise<BootedSystemd> {
    const group = join(groupFolder()!, `hoopoe-test-${process.pid}`);
    mkdirSync(group, { recursive: true });
    const enter = 'echo $$ > "$0/cgroup.procs" && exec unshare --fork --kill-child --propagation private "$@"';
    const child = spawn(
      'sh',
      ['-c', enter, group, ...namespaces, 'sh', '-c', boot, 'boot', folder(), root, process.execPath],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await until(() => isOver() && removeGroup(group), 'the end of all that was inside', 20_000);
    });
    let init: number | undefined;
    await until(
      () => {
        if (isOver()) throw new TypeError(`systemd could not be booted: ${errors}`);
        init = childOf(child.pid!);
        return init !== undefined && readFileSync(`/proc/${init}/comm`, 'utf8') === 'systemd\n';
      },
      'systemd',
      20_000,
    );
    const booted = new BootedSystemd(init!);
    await until(() => booted.run('systemctl is-active booted.target').code === 0, 'the boot', 30_000);
    return booted;
  }

  /** Runs a line of the shell inside, as root in the folder of the program. */
  run(line: string): Said {
    const enter = ['-t', String(this.#pid), '-m', '-u', '-i', '-n', '-p', '-C', `--wd=/proc/${this.#pid}/root`];
    const environment = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    const command = [
      'env',
      '-i',
      'HOME=/root',
      'LC_ALL=C',
      environment,
      'sh',
      '-c',
      `cd ${installed} && { ${line}\n} 2>&1`,
    ];
    const { status, stdout } = spawnSync('nsenter', [...enter, ...command], { encoding: 'utf8', timeout: 60_000 });
    return { code: status ?? -1, text: stdout };
  }

  write(path: string, text: string): void {
    const inside = join(`/proc/${this.#pid}/root`, path);
    execFileSync('mkdir', ['-p', join(inside, '..')]);
    writeFileSync(inside, text);
  }
}

function childOf(pid: number): number | undefined {
  const found = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0];
  return found === undefined || found === '' ? undefined : Number(found);
}

/** Groups are removed from below. False while something is still in one. */
function removeGroup(path: string): boolean {
  try {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory() && !removeGroup(join(path, entry.name))) return false;
    }
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
}
