/**
 * Effects of the keys about TLS to a server, which all plugins have under two names. The server of a table speaks TLS 1.2
 * alone, has a certificate for `localhost` and 127.0.0.1 that the file `{ca}` vouches for, and lets in `showing` alone
 * with the certificate of `{clientcert}` and `{clientkey}`.
 */

import { expect } from 'vitest';
import { lost, type ServedEffect } from './served-effect.ts';

export interface ServerTls<S> {
  /** How the keys begin, without the last point. */
  readonly prefix: string;
  /** Lines with which TLS is spoken. */
  readonly on: string;
  /** Further lines with which the name of the server can be compared; none unless given. */
  readonly named?: string;
  /** Lines with which a server is asked that wants a certificate. */
  readonly showing: string;
  /** An answer: `good` where the server was asked, and `bad` where it was not. */
  readonly see: ServedEffect<S>['see'];
  readonly good: unknown;
  readonly bad: unknown;
  /** Its keys have no older forms. */
  readonly isWebhook?: true;
}

/** @param name the keys have an older one too */
export function serverTlsEffects<S>(tls: ServerTls<S>, name: 'ssl' | 'ssl_opts' = 'ssl'): readonly ServedEffect<S>[] {
  const { prefix, on, named = '', showing, see, good, bad } = tls;
  const key = (option: string): string => `${prefix}.${name}.${option}`;
  const line = (option: string, value: string): string => `${key(option)} = ${value}\n`;
  const verified = on + named + line('verify', 'true');
  const trusted = verified + line('cacertfile', '{ca}');
  const shown = line('certfile', '{clientcert}') + line('keyfile', '{clientkey}');
  const authority = tls.isWebhook === true ? key('cacertfile') : key('cacertfile|cafile');
  const effect = (keys: readonly string[], lines: string, otherwise: string, isGood: boolean): ServedEffect<S> => ({
    keys,
    lines,
    otherwise,
    see,
    with: isGood ? good : bad,
    without: isGood ? bad : good,
  });
  return [
    effect([key('verify')], verified, on, false),
    effect([authority], trusted, verified, true),
    ...(tls.isWebhook === true ? [] : [effect([authority], verified + line('cafile', '{ca}'), verified, true)]),
    effect([key('certfile'), key('keyfile')], showing + shown, showing, true),
    effect([key('server_name_indication')], trusted + line('server_name_indication', 'other.example'), trusted, false),
    effect(
      [key('server_name_indication')],
      trusted + line('server_name_indication', 'disable'),
      trusted + line('server_name_indication', 'other.example'),
      true,
    ),
    effect([key('tls_versions')], on + line('tls_versions', 'tlsv1.3'), on + line('tls_versions', 'tlsv1.2'), false),
  ];
}

/** What is said of those that do nothing. */
export function unusedTlsEffects<S>(
  prefix: string,
  tlsWhy: string = 'TLS is left to Node.js',
): readonly ServedEffect<S>[] {
  const rows: readonly (readonly [key: string, written: string, why: string])[] = [
    ['ciphers', 'ciphers', 'Node.js chooses the ciphers'],
    ['depth|reuse_sessions|secure_renegotiate', 'depth', tlsWhy],
  ];
  return rows.map(([key, written, why]) => ({
    keys: [`${prefix}.${key}`],
    lines: `${prefix}.${written} = 3\n`,
    see: lost,
    with: expect.stringContaining(`${prefix}.${written} (${why};`),
    without: '',
  }));
}
