/**
 * Programs of others that some tests need. On Debian as root what is missing is installed by apt; elsewhere it is named,
 * and its tests are skipped. Services that a package brings are not started: every test starts its own processes.
 *
 * Tests read the outcome from the environment: HOOPOE_TEST_MISSING lists names from the table below, separated by
 * commas, and HOOPOE_TEST_PYTHON is the interpreter that has paho.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { findProgram, run } from './process.mjs';

/** `packageName` is Debian's. */
const programs = [
  { name: 'mosquitto', packageName: 'mosquitto', isPresent: () => findProgram('mosquitto') !== undefined },
  {
    name: 'mosquitto-clients',
    packageName: 'mosquitto-clients',
    isPresent: () => findProgram('mosquitto_pub') !== undefined && findProgram('mosquitto_sub') !== undefined,
  },
  { name: 'paho', packageName: 'python3-paho-mqtt', isPresent: () => pythonWithPaho() !== undefined },
  { name: 'openssl', packageName: 'openssl', isPresent: () => findProgram('openssl') !== undefined },
  { name: 'postgresql', packageName: 'postgresql', isPresent: () => existsSync('/usr/lib/postgresql') },
  { name: 'mariadb', packageName: 'mariadb-server', isPresent: () => findProgram('mariadbd') !== undefined },
  { name: 'redis', packageName: 'redis-server', isPresent: () => findProgram('redis-server') !== undefined },
  { name: 'chromium', packageName: 'chromium', isPresent: () => findProgram('chromium') !== undefined },
];

/** Packages that bring a service, with its name. */
const servicePackages = new Map([
  ['mosquitto', 'mosquitto'],
  ['postgresql', 'postgresql'],
  ['mariadb-server', 'mariadb'],
  ['redis-server', 'redis-server'],
]);

function pythonWithPaho() {
  // Debian's interpreter comes second because the first `python3` in PATH may be another installation without paho.
  const candidates = [findProgram('python3'), '/usr/bin/python3'];
  return candidates.find(
    (python) => python !== undefined && spawnSync(python, ['-c', 'import paho.mqtt.client']).status === 0,
  );
}

const servicePolicy = '/usr/sbin/policy-rc.d';

/** Installs packages while Debian's own switch for it (exit code 101) forbids to start their services. */
async function aptInstall(packages) {
  const environment = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const ownPolicy = !existsSync(servicePolicy);
  if (ownPolicy) writeFileSync(servicePolicy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await run('apt-get', ['update', '-q'], environment);
    const code = await run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...packages], environment);
    // The packages ask for a start with the machine, where they would take their usual ports.
    const services = packages.filter((name) => servicePackages.has(name));
    if (services.length > 0 && findProgram('systemctl') !== undefined) {
      await run('systemctl', ['disable', '--quiet', ...services.map((name) => servicePackages.get(name))]);
    }
    return code;
  } finally {
    if (ownPolicy) rmSync(servicePolicy, { force: true });
  }
}

const missingOf = (list) => list.filter((program) => !program.isPresent());

/**
 * Resolves to what tests must do without, and to the environment that tells them.
 * @param {string[]} [wanted] only these of the table; all of them unless given
 */
export async function ensureForeignClients(wanted = programs.map((program) => program.name)) {
  let missing = missingOf(programs.filter((program) => wanted.includes(program.name)));
  let reason = '';
  if (missing.length > 0) {
    const packages = missing.map((program) => program.packageName);
    if (!existsSync('/etc/debian_version') || findProgram('apt-get') === undefined) reason = 'this is not Debian';
    else if (process.getuid?.() !== 0) reason = `not root; as root: apt-get install ${packages.join(' ')}`;
    else if ((await aptInstall(packages)) !== 0) reason = 'apt-get failed, see above';
    missing = missingOf(missing);
  }
  const names = missing.map((program) => program.name);
  const environment = { HOOPOE_TEST_MISSING: names.join(',') };
  const python = pythonWithPaho();
  if (python !== undefined) environment.HOOPOE_TEST_PYTHON = python;
  return { names, reason, environment };
}
