/** mosquitto.conf as a whole: its lines, includes, listeners, who may come in, and what is said about mistakes. */

import { describe, expect, it } from 'vitest';
import { isMosquittoConf } from '../../src/config/mosquitto/dialect.ts';
import { includedFiles } from '../../src/config/mosquitto/lines.ts';
import { readConf } from './mosquitto-reading.ts';

/** The file of Mosquitto's notes in Chinese, as it is printed there, without its remarks. */
const notes = `persistence true
log_dest none
`;

describe('lines of mosquitto.conf', () => {
  it('may end with CR LF, and # begins a remark as the first character only', () => {
    const { problems, value } = readConf('# x\r\n\r\n   \r\nlistener 1884 ::1 #x\r\nauto_id_prefix #x\r\n');
    expect(problems).toEqual([]);
    expect(value('listeners.listener-1884.host')).toBe('::1');
    expect(value('listeners.listener-1884.assigned_client_id_prefix')).toBe('#x');
  });

  it('may begin with blanks, have several, and end with some', () => {
    const { problems, value } = readConf('listener  1884   127.0.0.1  \n   allow_anonymous   true   \n');
    expect(problems).toEqual([]);
    expect(value('listeners.listener-1884.allow_anonymous')).toBe('true');
  });

  it.each([
    [
      'allow_anonymus true',
      'mosquitto.conf:1: Unknown configuration variable "allow_anonymus"; did you mean allow_anonymous?',
    ],
    [
      '\tpersistence true',
      'mosquitto.conf:1: Unknown configuration variable "\\tpersistence": the line begins with a tab',
    ],
    ['persistence = true', 'mosquitto.conf:1: Invalid persistence value (=); allowed: true or false'],
    [
      'persistence: true',
      'mosquitto.conf:1: Unknown configuration variable "persistence:"; mosquitto.conf has NAME VALUE',
    ],
    ['persistence yes', 'mosquitto.conf:1: Invalid persistence value (yes); allowed: true or false'],
    ['persistence', 'mosquitto.conf:1: Empty persistence value in configuration'],
    ['pid_file a\npid_file b', 'mosquitto.conf:2: Duplicate pid_file value in configuration'],
    ['Persistence true', 'mosquitto.conf:1: Unknown configuration variable "Persistence"; did you mean persistence?'],
    ['topic a', 'mosquitto.conf:1: Invalid bridge configuration: topic needs a connection line before it'],
    ['plugin_opt_a b', 'mosquitto.conf:1: Invalid plugin configuration: plugin_opt_a needs a plugin line before it'],
    ['max_packet_size 5', 'mosquitto.conf:1: Invalid max_packet_size value (5)'],
    ['max_qos 3', 'mosquitto.conf:1: Invalid max_qos value (3)'],
    ['listener x', 'mosquitto.conf:1: Invalid listener value (x)'],
    ['listener 1\nbind_interface eth8', 'mosquitto.conf:2: Unable to use bind_interface eth8'],
    ['listener 0', 'mosquitto.conf:1: Invalid listener value (0)'],
    ['listener 70000', 'mosquitto.conf:1: Invalid listener value (70000)'],
    ['start_type lazy', 'mosquitto.conf:1: Invalid bridge configuration'],
    ['connection a\nstart_type manual', 'mosquitto.conf:2: Invalid start_type value (manual)'],
    ['connection a\naddress h:0\ntopic x', 'mosquitto.conf:2: Invalid port value (h:0)'],
    ['connection a\naddress h\ntopic x sideways', 'mosquitto.conf:3: topic: got'],
    ['connection a\naddress h\ntopic x\nconnection a', 'mosquitto.conf:4: Duplicate bridge name "a"'],
    ['connection a\naddress h', 'mosquitto.conf:1: Invalid bridge configuration: a has no topic'],
    ['persistent_client_expiration 2x', 'mosquitto.conf:1: Invalid persistent_client_expiration value (2x)'],
    ['log_type loud', 'mosquitto.conf:1: Invalid log_type value (loud)'],
    ['log_dest file', 'mosquitto.conf:1: Empty "log_dest file" value in configuration'],
    ['listener 1884\ncertfile c', 'mosquitto.conf:2: certfile needs keyfile as well'],
    ['listener 1884\nrequire_certificate true', 'mosquitto.conf:2: require_certificate needs certfile and keyfile'],
    ['listener 1884\nkeyfile k\ncertfile c\nrequire_certificate true', 'require_certificate needs cafile or capath'],
    ['listener 1884\npsk_hint h', 'mosquitto.conf:2: psk_hint needs psk_file as well'],
    ['allow_anonymous true\nper_listener_settings true', 'mosquitto.conf:2: per_listener_settings must be set before'],
  ])('are refused with file and line: %s', (text, said) => {
    expect(readConf(text).problems.join('\n')).toContain(said);
  });

  it('name no secret when they are refused', () => {
    const { problems } = readConf(`connection a\naddress h\ntopic x\nbridge_psk secret\u0001\n`);
    expect(problems.join()).not.toContain('secret');
  });
});

describe('include_dir', () => {
  const files = {
    '/etc/conf.d/b.conf': 'allow_anonymous true\n',
    '/etc/conf.d/a.conf': 'listener 1885 127.0.0.1\nmax_qos 1\n',
    '/etc/conf.d/c.conf': 'max_qos 0\n',
    '/etc/conf.d/d.conf.bak': 'nonsense\n',
  };

  it('reads the files that end with .conf, each from the default listener on', () => {
    const { problems, value } = readConf('listener 1884 127.0.0.1\ninclude_dir /etc/conf.d\n', { files });
    expect(problems).toEqual([]);
    expect(value('listeners.listener-1884.qos_max')).toBe(2);
    expect(value('listeners.listener-1885.qos_max')).toBe(1);
    // max_qos 0 in c.conf describes the default listener, and makes it.
    expect(value('listeners.listener-1883.qos_max')).toBe(0);
    expect(value('listeners.listener-1885.allow_anonymous')).toBe('true');
  });

  it('says file and line of a mistake in an included file', () => {
    const { problems } = readConf('include_dir /d', { files: { '/d/x.conf': '\nport x\n' } });
    expect(problems).toEqual(['/d/x.conf:2: Invalid port value (x); allowed: a whole number from 1 to 65535']);
  });

  it('is refused where there is no such folder, and in an included file', () => {
    expect(readConf('include_dir /nowhere').problems[0]).toContain('mosquitto.conf:1: Unable to open include_dir');
    const nested = readConf('include_dir /d', { files: { '/d/x.conf': 'include_dir /d\n' } });
    expect(nested.problems).toEqual(['/d/x.conf:1: include_dir is allowed in the main file only']);
  });

  it('reads capital letters before small ones', () => {
    expect(includedFiles(['b.conf', 'a.conf', 'B.conf', '.conf', 'c.txt', 'Ab.conf'])).toEqual([
      'Ab.conf',
      'a.conf',
      'B.conf',
      'b.conf',
    ]);
  });
});

describe('listeners and anonymous clients', () => {
  it('without a file only this machine can connect, and needs no login', () => {
    const [listener, ...more] = readConf(undefined).listeners;
    expect(more).toEqual([]);
    expect(listener).toMatchObject({
      host: 'localhost',
      port: 1883,
      transport: 'tcp',
      anonymous: 'allow',
      loopback: true,
    });
  });

  it('a file without a listener means the same, and -p chooses the ports', () => {
    const { listeners } = readConf(notes, { ports: [1900, 1901] });
    expect(listeners.map(({ host, port, anonymous }) => [host, port, anonymous])).toEqual([
      ['localhost', 1900, 'allow'],
      ['localhost', 1901, 'allow'],
    ]);
  });

  it('a listener is open to the network and closed to strangers', () => {
    expect(readConf('listener 1884').listeners[0]).toMatchObject({ host: '*', anonymous: 'deny' });
  });

  it('-p means nothing beside a listener of the file', () => {
    expect(readConf('listener 1884', { ports: [1900] }).listeners.map(({ port }) => port)).toEqual([1884]);
  });

  it('bare options before any listener make the default one', () => {
    expect(readConf('max_connections 5').listeners[0]).toMatchObject({ host: '*', port: 1883, anonymous: 'deny' });
    expect(readConf('max_connections -1').listeners[0]).toMatchObject({ host: 'localhost', anonymous: 'allow' });
  });

  it('a password file leaves anonymous only clients without a user name', () => {
    const text = 'listener 1884\npassword_file p\nallow_anonymous true\n';
    expect(readConf(text).listeners[0]).toMatchObject({ anonymous: 'without_username', sources: ['users'] });
  });

  it('the lesson: a password file and no strangers, on this machine', () => {
    const { listeners } = readConf('allow_anonymous false\npassword_file /etc/mosquitto/passwd\n');
    expect(listeners[0]).toMatchObject({ host: 'localhost', anonymous: 'deny', sources: ['users'] });
  });

  it('per_listener_settings keeps logins and permissions apart', () => {
    const { problems, listeners } = readConf(
      'per_listener_settings true\nlistener 1884\npassword_file p\nacl_file a\nlistener 1885\nallow_anonymous true\n',
    );
    expect(problems).toEqual([]);
    expect(listeners.map(({ anonymous, sources }) => [anonymous, sources])).toEqual([
      ['deny', ['users-listener-1884', 'acl-listener-1884']],
      ['allow', []],
    ]);
  });

  it('whoever goes by a certificate is not asked for a password, and nobody is anonymous', () => {
    const { problems, listeners, settings } = readConf(
      'listener 8883\ncertfile c\nkeyfile k\ncafile ca\nrequire_certificate true\nuse_identity_as_username true\n' +
        'listener 1884\npassword_file p\nacl_file a\nallow_anonymous true\n',
    );
    expect(problems).toEqual([]);
    expect(listeners[0]).toMatchObject({ anonymous: 'deny', sources: ['x509-listener-8883', 'acl'] });
    expect(listeners[1]).toMatchObject({ anonymous: 'without_username', sources: ['users', 'acl'] });
    expect(settings.access.get('x509-listener-8883')?.list('listeners')).toEqual(['listener-8883']);
  });

  it('pre-shared keys are the only way in where there is no certificate', () => {
    const { problems, value } = readConf('psk_file k\nlistener 8883\npsk_hint h\n');
    expect(problems).toEqual([]);
    expect(value('listeners.listener-8883.ciphers')).toBe('PSK');
    expect(value('listeners.listener-8883.tls_version_max')).toBe('1.2');
  });

  it('the same port on several addresses makes several listeners', () => {
    const { problems, listeners } = readConf('listener 1884 127.0.0.1\nlistener 1884 ::1\n');
    expect(problems).toEqual([]);
    expect(listeners.map(({ name }) => name)).toEqual(['listener-1884', 'listener-1884-2']);
  });

  it('names of connections become names of bridges, without two being the same', () => {
    const one = (name: string): string => `connection ${name}\naddress h\ntopic a\n`;
    const { problems, settings } = readConf(one('Site 1') + one('site-1') + one('__proto__') + one('工厂'));
    expect(problems).toEqual([]);
    expect([...(settings.entries.get('bridges')?.keys() ?? [])]).toEqual(['site-1', 'site-1-2', 'proto', 'bridge']);
  });
});

describe('the language of a file', () => {
  it.each([
    ['persistence true\n', true],
    ['# only remarks\n', true],
    ['alow_anonymous true\npersistence true\n', true],
    ['listeners:\n  tcp: { port: 1 }\n', false],
    ['limits.packet_bytes_max: 1MB\n', false],
    ['node.name = emqx@127.0.0.1\nlistener.tcp.external = 1883\n', false],
    ['listener.tcp.external=1883\n', false],
  ])('%j', (text, isConf) => expect(isMosquittoConf(text)).toBe(isConf));
});

it('bridges are not asked about, and publishers of retained messages are, unless the file says otherwise', () => {
  const usual = readConf('listener 1884\n');
  expect(usual.value('permissions.unchecked')).toEqual(['bridges']);
  expect(usual.value('permissions.check_retained_publishers')).toBe(true);
  expect(readConf('check_retain_source false\n').value('permissions.check_retained_publishers')).toBe(false);
});
