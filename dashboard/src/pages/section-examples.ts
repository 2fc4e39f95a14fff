/** Lines of hoopoe.yaml that add a section, to be copied and filled in. */

function source(name: string, kind: string, ...options: readonly string[]): string {
  return ['access:', `  ${name}:`, `    ${kind}:`, ...options.map((option) => `      ${option}`)].join('\n');
}

/** A bridge to another broker. */
export const bridgeExample: string = `bridges:
  upstream:
    addresses: [broker.example.org]
    topics: ["sensors/# out 1"]`;

/** Sources of logins and permissions, by their kind. */
export const sourceExamples: Readonly<Record<string, string>> = {
  builtin: source('users', 'builtin', 'password_hash: scrypt'),
  postgresql: source(
    'devices',
    'postgresql',
    'server: 127.0.0.1:5432',
    'username: mqtt',
    'password: secret',
    'database: mqtt',
    `auth_query: "select password from mqtt_user where username = '%u' limit 1"`,
  ),
  mysql: source(
    'devices',
    'mysql',
    'server: 127.0.0.1:3306',
    'username: mqtt',
    'password: secret',
    'database: mqtt',
    `auth_query: "select password from mqtt_user where username = '%u' limit 1"`,
  ),
  redis: source('devices', 'redis', 'server: 127.0.0.1:6379', 'auth_cmd: HMGET mqtt_user:%u password'),
  http: source('devices', 'http', 'auth_url: http://127.0.0.1:8991/mqtt/auth'),
  jwt: source('devices', 'jwt', 'jwks_url: https://login.example.org/jwks.json'),
  password_file: source('devices', 'password_file', 'file: passwords.txt'),
  acl_file: source('rules', 'acl_file', 'file: acl.txt'),
  acl_conf: source('rules', 'acl_conf', 'file: acl.conf'),
};
