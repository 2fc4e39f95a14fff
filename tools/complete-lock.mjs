/**
 * `npm run lock`: adds to package-lock.json the optional packages of other platforms that npm left out, which happens
 * when it could not see them while it resolved. Without their entries `npm ci` refuses the lock file on every platform.
 * An added entry has no integrity, because the package itself was never here.
 */

import './node-version.mjs';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './process.mjs';

const lockFile = join(root, 'package-lock.json');

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/** Package names of native builds end in system, processor and, on Linux, C library: `binding-linux-arm-musleabihf`. */
function platformOf(name) {
  const words = name.split('/').at(-1).split('-');
  const os = systems.find((system) => words.includes(system));
  const cpu = processors.find((processor) => words.includes(processor));
  if (os === undefined || cpu === undefined) return undefined;
  const libc = words.some((word) => word.startsWith('musl')) ? 'musl' : 'glibc';
  const saysLibc = os === 'linux' && words.some((word) => /^(musl|gnu)/.test(word));
  return { cpu: [cpu], os: [os], ...(saysLibc ? { libc: [libc] } : {}) };
}

function findMissing(packages) {
  const missing = [];
  for (const [path, { optionalDependencies = {}, dev }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const isPresent = [`${path}/node_modules/${name}`, `node_modules/${name}`].some((place) => place in packages);
      if (!isPresent) missing.push({ name, version, dev });
    }
  }
  return missing;
}

function main() {
  const lock = JSON.parse(readFileSync(lockFile, 'utf8'));
  const missing = findMissing(lock.packages);
  for (const { name, version, dev } of missing) {
    const platform = platformOf(name);
    if (platform === undefined || !/^\d+\.\d+\.\d+$/.test(version)) {
      console.error(`${name} ${version} names no platform or no exact version; add it by hand.`);
      return 1;
    }
    lock.packages[`node_modules/${name}`] = { version, ...platform, ...(dev ? { dev } : {}), optional: true };
  }
  const sorted = Object.entries(lock.packages).sort(([one], [other]) => one.localeCompare(other, 'en'));
  lock.packages = Object.fromEntries(sorted);
  writeFileSync(lockFile, `${JSON.stringify(lock, undefined, 2)}\n`);
  console.log(`Added ${missing.length} entries.`);
  return 0;
}

process.exitCode = main();
