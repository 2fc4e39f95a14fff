/** Which options of a section stand at the top of its form: those without which it is seldom made. */

export type Collection = 'listeners' | 'access' | 'bridges';

const sql = ['server', 'database', 'username', 'password', 'auth_query', 'password_hash', 'acl_query'];

const ofKinds: Readonly<Record<string, readonly string[]>> = {
  builtin: ['password_hash', 'scram'],
  postgresql: sql,
  mysql: sql,
  redis: ['server', 'username', 'password', 'auth_cmd', 'password_hash', 'acl_cmd'],
  http: ['auth_url', 'acl_url', 'super_url'],
  jwt: ['secret', 'jwks_url', 'from'],
  x509: ['username'],
  psk: ['mismatch'],
};

const listener = ['host', 'port', 'allow_anonymous', 'connections_max'];
const web = [...listener, 'path'];

/** Names of options within the section, in the order in which they are asked for. */
export function mainOptions(collection: Collection, kind: string): readonly string[] {
  if (collection === 'bridges') return ['addresses', 'topics', 'username', 'password', 'tls'];
  if (collection === 'listeners') return kind === 'ws' || kind === 'wss' ? web : listener;
  return (ofKinds[kind] ?? []).map((name) => `${kind}.${name}`);
}
