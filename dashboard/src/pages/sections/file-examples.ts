/** Lines of hoopoe.yaml that add a section which names files, to be copied and filled in. */

function section(path: readonly string[], ...options: readonly string[]): string {
  const lines = path.map((name, depth) => `${'  '.repeat(depth)}${name}:`);
  return [...lines, ...options.map((option) => `${'  '.repeat(path.length)}${option}`)].join('\n');
}

/** By the kind of an access source, or the transport of a listener. */
export const fileExamples: Readonly<Record<string, string>> = {
  password_file: section(['access', 'devices', 'password_file'], 'file: passwords.txt'),
  acl_file: section(['access', 'rules', 'acl_file'], 'file: acl.txt'),
  acl_conf: section(['access', 'rules', 'acl_conf'], 'file: acl.conf'),
  dynamic_security: section(['access', 'roles', 'dynamic_security'], 'file: dynamic-security.json'),
  unix: section(['listeners', 'local'], 'transport: unix', 'socket: mqtt.sock'),
};
