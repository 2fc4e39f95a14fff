/**
 * Becoming another user for good, once everything is open that needs the rights of root. What root has made in the data
 * folder is given to that user first, without ever following a link that somebody else may have put there.
 */

import { execFileSync } from 'node:child_process';
import { closeSync, constants, fchmodSync, fchownSync, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../start-error.ts';

export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user to become; undefined when nothing is to be done: nobody is named, the process is not root's, or it is root that
 * is named.
 * @throws StartError for a user that there is not
 */
export function userToBecome(name: string | undefined): SystemUser | undefined {
  if (name === undefined || name === 'root' || process.getuid?.() !== 0) return undefined;
  const user = findUser(name);
  if (user === undefined) {
    const hint = `  Make it (adduser --system --group ${name}), name another with process.user, or root to stay root.`;
    throw new StartError(`the user ${name} that the broker is to become does not exist\n${hint}`);
  }
  return user;
}

/** `getent` knows users of directories as well; the file knows the others where there is no `getent`. */
function findUser(name: string): SystemUser | undefined {
  const line = fromGetent(name) ?? fromFile(name);
  const [found, , uid, gid] = line?.split(':') ?? [];
  if (found !== name || !/^\d+$/.test(uid ?? '') || !/^\d+$/.test(gid ?? '')) return undefined;
  return { name, uid: Number(uid), gid: Number(gid) };
}

function fromGetent(name: string): string | undefined {
  try {
    const found = execFileSync('getent', ['passwd', '--', name], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 5_000,
    });
    return found.split('\n')[0];
  } catch {
    return undefined;
  }
}

function fromFile(name: string): string | undefined {
  try {
    return readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((line) => line.startsWith(`${name}:`));
  } catch {
    return undefined;
  }
}

/** A part of Node's process that its types leave out. */
interface GroupedProcess {
  initgroups?(user: string, extraGroup: number): void;
}

/** @throws StartError when the process could not become that user, or could become root again */
export function becomeUser({ name, uid, gid }: SystemUser): void {
  try {
    (process as GroupedProcess).initgroups?.(name, gid);
    process.setgid?.(gid);
    process.setuid?.(uid);
  } catch (error) {
    throw new StartError(`the process cannot become the user ${name}: ${(error as Error).message}`, { cause: error });
  }
  let isRootAgain = true;
  try {
    process.setuid?.(0);
  } catch {
    isRootAgain = false;
  }
  if (isRootAgain) throw new StartError(`the process became the user ${name}, but could become root again`);
}

/**
 * Gives what belongs to root in a folder, and the folder, to a user. Folders are opened one below the other and their
 * entries reached through what is open, so that nobody can move a link in between; files with several names stay.
 */
export function giveFolder(folder: string, user: SystemUser): void {
  const fd = openEntry(folder);
  if (fd === undefined) return;
  try {
    giveOpened(fd, user);
    if (fstatSync(fd).isDirectory()) {
      const inside = process.platform === 'linux' ? `/proc/self/fd/${fd}` : folder;
      for (const name of readdirSync(inside)) giveFolder(join(inside, name), user);
    }
  } finally {
    closeSync(fd);
  }
}

/** Undefined for links, sockets and the like, which nobody needs to own. */
function openEntry(path: string): number | undefined {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  try {
    return openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch {
    return undefined;
  }
}

function giveOpened(fd: number, { uid, gid }: SystemUser): void {
  const stats = fstatSync(fd);
  const isOurs = stats.uid === 0 && (stats.isDirectory() || (stats.isFile() && stats.nlink === 1));
  if (!isOurs) return;
  // Changing the owner may take away bits, so the mode is set once more.
  fchownSync(fd, uid, gid);
  fchmodSync(fd, stats.mode & 0o777);
}
