import { describe, expect, it } from 'vitest';
import { readEnvironment } from './environment.ts';
import { problemText } from './error.ts';

function read(environment: Record<string, string>, files: Record<string, string> = {}) {
  const reading = readEnvironment(environment, '/srv', (file) => {
    const text = new Map(Object.entries(files)).get(file);
    if (text === undefined) throw new Error('no such file');
    return text;
  });
  return {
    values: Object.fromEntries([...reading.assignments].map(([path, { value }]) => [path, value])),
    problems: reading.problems.map(problemText),
    warnings: reading.warnings.map(problemText),
  };
}

describe('readEnvironment', () => {
  it('reads options of the broker and of listeners', () => {
    const { values } = read({
      PATH: '/bin',
      HOOPOE_LIMITS__PACKET_BYTES_MAX: '2MB',
      HOOPOE_ALLOW_ANONYMOUS: 'true',
      HOOPOE_LISTENERS__PUBLIC__PORT: '1884',
      HOOPOE_DATA__DIR: 'data',
    });
    expect(values).toEqual({
      'limits.packet_bytes_max': 2 * 1024 * 1024,
      allow_anonymous: 'true',
      'listeners.public.port': 1884,
      'data.dir': '/srv/data',
    });
  });

  it('reads a secret from a file, without its line end', () => {
    const { values } = read(
      { HOOPOE_LISTENERS__TLS__KEY_PASSPHRASE_FILE: '/run/secret' },
      { '/run/secret': 'hunter2\n' },
    );
    expect(values).toEqual({ 'listeners.tls.key_passphrase': 'hunter2' });
  });

  it('refuses a secret that is given twice or cannot be read, and shows none of it', () => {
    const name = 'HOOPOE_LISTENERS__TLS__KEY_PASSPHRASE';
    expect(read({ [name]: 'hunter2', [`${name}_FILE`]: '/run/secret' }).problems).toEqual([
      `${name}_FILE: ${name} is set as well; set one of the two`,
    ]);
    expect(read({ [`${name}_FILE`]: '/run/secret' }).problems).toEqual([
      `${name}_FILE: cannot read "/run/secret": no such file`,
    ]);
  });

  it('has no _FILE form of what is no secret', () => {
    expect(read({ HOOPOE_LIMITS__INFLIGHT_MAX_FILE: '/x' }).problems).toHaveLength(1);
  });

  it('refuses an unknown option and names the nearest', () => {
    expect(read({ HOOPOE_LIMITS__INFLIHGT_MAX: '1' }).problems).toEqual([
      'HOOPOE_LIMITS__INFLIHGT_MAX: unknown option "limits.inflihgt_max"; did you mean "limits.inflight_max"?',
    ]);
  });

  it('only warns of a variable such as Kubernetes sets', () => {
    const { problems, warnings } = read({ HOOPOE_PORT: 'tcp://10.0.0.1:1883', HOOPOE_ALLOW_ANONYMOS: 'true' });
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      'HOOPOE_ALLOW_ANONYMOS: names no option and is ignored; did you mean HOOPOE_ALLOW_ANONYMOUS?',
      'HOOPOE_PORT: names no option and is ignored',
    ]);
  });

  it.each(['HOOPOE___PROTO__', 'HOOPOE_LIMITS____PROTO__', 'HOOPOE_LISTENERS____PROTO____PORT'])(
    'refuses %s',
    (variable) => {
      expect(read({ [variable]: '1' }).problems).toHaveLength(1);
    },
  );
});
