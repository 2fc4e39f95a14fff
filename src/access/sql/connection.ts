/** What the sources of permissions and logins in SQL databases know of a database: a connection, and how it fails. */

import type { SqlSyntax } from './template.ts';
import type { SqlValue } from './template-values.ts';

export interface SqlResult {
  /** Names of the columns, in their order. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** One connection of a driver. One question at a time. */
export interface SqlConnection {
  /** Whether nothing can be asked any more. */
  readonly isLost: boolean;
  /** Rejects with the driver's error. */
  query(text: string, values: readonly SqlValue[]): Promise<SqlResult>;
  /** Takes leave of the server. Resolves when the connection is closed. */
  end(): Promise<void>;
  /** Closes at once; whatever is asked fails. */
  destroy(): void;
}

/** Where a database is. */
export type ServerAddress =
  | { readonly host: string; readonly port: number }
  /** A Unix socket; of PostgreSQL the folder and the port that is part of the name. */
  | { readonly path: string; readonly port: number };

/** PEM texts and what is compared. */
export interface SqlTls {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly verifies: boolean;
  /** Compared with the certificate instead of the host; `disable` compares no name. */
  readonly serverName: string | undefined;
  readonly versionMin: 'TLSv1.2' | 'TLSv1.3';
}

export interface ConnectSettings {
  readonly server: ServerAddress;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: string;
  readonly tls: SqlTls | undefined;
}

/**
 * What went wrong, without the name of the database:
 *
 * - `UNREACHABLE`, `CONNECTION_LOST`, `CONNECT_OVERDUE`, `NOT_READY`, `CONNECTIONS_EXHAUSTED`: the server or the network
 * - `LOGIN_REFUSED`, `DATABASE_UNKNOWN`, `TLS_MISSING`, `TLS_UNTRUSTED`: the settings of the connection
 * - `TABLE_MISSING`, `COLUMN_MISSING`, `QUERY_INVALID`, `QUERY_FORBIDDEN`, `RESULT_UNUSABLE`: the queries
 * - `QUERY_OVERDUE`, `BUSY`: too much at once
 * - `VALUE_REFUSED`: what a client says about itself fits no column
 * - `DRIVER_MISSING`, `TLS_FILE`, `SETTING_INVALID`: what this machine has
 * - `CLOSED`: the broker stops
 */
export type FailureKind =
  | 'UNREACHABLE'
  | 'CONNECTION_LOST'
  | 'CONNECT_OVERDUE'
  | 'NOT_READY'
  | 'CONNECTIONS_EXHAUSTED'
  | 'LOGIN_REFUSED'
  | 'DATABASE_UNKNOWN'
  | 'TLS_MISSING'
  | 'TLS_UNTRUSTED'
  | 'TABLE_MISSING'
  | 'COLUMN_MISSING'
  | 'QUERY_INVALID'
  | 'QUERY_FORBIDDEN'
  | 'QUERY_FAILED'
  | 'RESULT_UNUSABLE'
  | 'QUERY_OVERDUE'
  | 'BUSY'
  | 'VALUE_REFUSED'
  | 'DRIVER_MISSING'
  | 'TLS_FILE'
  | 'SETTING_INVALID'
  | 'CLOSED';

/** What differs between the databases. */
export interface SqlDialect {
  /** The kind of the section, which is also how its options begin. */
  readonly kind: 'postgresql' | 'mysql';
  /** For people. */
  readonly title: string;
  /** How codes begin. */
  readonly codePrefix: string;
  readonly defaultPort: number;
  readonly syntax: SqlSyntax;
  /** Whether texts may contain U+0000. */
  readonly holdsNul: boolean;
  /** Whether `=` in its SQL may find names that differ in case, accents or blanks at the end. */
  readonly comparesLoosely: boolean;
  /** Whether its driver compares a certificate with names, and with no address. */
  readonly comparesNamesAlone: boolean;
  /** Where the password stands in a result, and the salt; undefined when the result is not usable. */
  passwordColumns(columns: readonly string[]): { password: number; salt: number | undefined } | undefined;
  isSuperuser(value: unknown): boolean;
  /** What an error of the driver means; undefined for what only its text says. */
  kindOf(error: unknown): FailureKind | undefined;
  /**
   * Loads the driver. Rejects when it is not installed.
   * @returns a function that opens a connection, and gives up when `signal` says so
   */
  load(): Promise<OpenSqlConnection>;
}

export type OpenSqlConnection = (settings: ConnectSettings, signal: AbortSignal) => Promise<SqlConnection>;
