/**
 * The seam of managing the broker's own users and their permissions: what an API, a dashboard and an importer see of
 * the built-in database. Every change is durable when its promise resolves, and holds for the next login or topic.
 */

import type { PermissionRule } from './access.ts';
import type { StoredPassword } from './password-checks.ts';

/** Whether a user is found by the user name that a client sends or by its Client Identifier. */
export type UserKind = 'username' | 'client_id';

export interface BuiltinUser {
  readonly kind: UserKind;
  readonly name: string;
  /** Skips every check of permissions. */
  readonly superuser: boolean;
  /** How the password is stored: `scrypt`, `pbkdf2`, `sha256`. */
  readonly passwordHash: string;
  /** Whether the user can log in with SCRAM, which a password taken from elsewhere as a hash does not allow. */
  readonly scram: boolean;
  /** In milliseconds since 1970. */
  readonly createdAtMs: number;
}

export interface NewUser {
  readonly kind: UserKind;
  readonly name: string;
  /** A text is its UTF-8 bytes. 1 to 65,535 bytes. */
  readonly password: string | Uint8Array;
  /** False unless given. */
  readonly superuser?: boolean;
}

/** A user with a password of which only the hash is known. */
export interface ImportedUser {
  readonly kind: UserKind;
  readonly name: string;
  readonly stored: StoredPassword;
  /** False unless given. */
  readonly superuser?: boolean;
  /** Now unless given. */
  readonly createdAtMs?: number;
}

/** What is not given stays as it is. */
export interface UserChange {
  readonly password?: string | Uint8Array;
  readonly superuser?: boolean;
}

export interface Page {
  /** Begin behind this name, whether it exists or not. */
  readonly after?: string;
  /** At most so many; 100 unless given, 10,000 at most. */
  readonly limit?: number;
}

/** Whom a permission is for. */
export type PermissionTarget = { readonly kind: UserKind; readonly name: string } | { readonly kind: 'all' };

export interface BuiltinPermission extends PermissionRule {
  /** In milliseconds since 1970. */
  readonly createdAtMs: number;
}

/** Names and topics that cannot be reject with InvalidRequest, a store that refuses with its BackendError. */
export interface BuiltinUsers {
  /** In the order of their names' UTF-8 bytes. */
  users(kind: UserKind, page?: Page): BuiltinUser[];
  user(kind: UserKind, name: string): BuiltinUser | undefined;
  /** False, with nothing changed, when there is such a user. */
  addUser(user: NewUser): Promise<boolean>;
  /** False when there is no such user. Its connections may end, as with `removeUser`. */
  changeUser(kind: UserKind, name: string, change: UserChange): Promise<boolean>;
  /** False when there was no such user. Its permissions stay, as they do not need a user. */
  removeUser(kind: UserKind, name: string): Promise<boolean>;
  /** As `users`, with what is stored of their passwords, but for the keys of SCRAM; `importUsers` takes it. */
  exportUsers(kind: UserKind, page?: Page): ImportedUser[];
  /** Adds those that are not there yet, and tells how many. */
  importUsers(users: Iterable<ImportedUser>): Promise<number>;
  /** Newest first, which is the order in which they are asked. */
  permissions(target: PermissionTarget): BuiltinPermission[];
  /** Names that have permissions, in the order of their UTF-8 bytes. */
  namesWithPermissions(kind: UserKind, page?: Page): string[];
  /** Replaces what was said before about the same action and topic. */
  addPermission(target: PermissionTarget, rule: PermissionRule): Promise<void>;
  /** False when nothing was said about this action and topic. */
  removePermission(target: PermissionTarget, action: PermissionRule['action'], topic: string): Promise<boolean>;
  /** False when there were none. */
  removePermissions(target: PermissionTarget): Promise<boolean>;
}
