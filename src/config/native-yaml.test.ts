import { describe, expect, it } from 'vitest';
import { problemText } from './error.ts';
import { readYaml } from './native-yaml.ts';

function problemsOf(text: string): string[] {
  return readYaml(text, 'hoopoe.yaml').problems.map(problemText);
}

function valuesOf(text: string): Record<string, unknown> {
  const reading = readYaml(text, '/etc/hoopoe/hoopoe.yaml');
  expect(reading.problems).toEqual([]);
  return Object.fromEntries([...reading.assignments].map(([path, { value }]) => [path, value]));
}

describe('readYaml', () => {
  it('reads sections, dotted names and listeners', () => {
    const text = [
      'allow_anonymous: no',
      'limits:',
      '  packet_bytes_max: 2MB',
      '  connect_seconds_max: 5s',
      'limits.queue_full: drop_oldest',
      'listeners:',
      '  public: { transport: tls, host: 0.0.0.0, port: 8883, certificate_file: tls/cert.pem, access: [allow 10.0.0.0/8, deny all] }',
    ].join('\n');
    expect(valuesOf(text)).toEqual({
      allow_anonymous: 'false',
      'limits.packet_bytes_max': 2 * 1024 * 1024,
      'limits.connect_seconds_max': 5,
      'limits.queue_full': 'drop_oldest',
      'listeners.public.transport': 'tls',
      'listeners.public.host': '0.0.0.0',
      'listeners.public.port': 8883,
      'listeners.public.certificate_file': '/etc/hoopoe/tls/cert.pem',
      'listeners.public.access': ['allow 10.0.0.0/8', 'deny all'],
    });
  });

  it('remembers the line of each option', () => {
    const reading = readYaml('# comment\nlimits:\n  inflight_max: 7\n', 'a.yaml');
    expect(reading.assignments.get('limits.inflight_max')?.origin).toEqual({ kind: 'file', file: 'a.yaml', line: 3 });
  });

  it.each(['', '# nothing\n', '---\n', 'limits:\n', 'listeners: {}\n', 'listeners:\n  tcp:\n', '~'])(
    '%j is empty',
    (text) => {
      expect(valuesOf(text)).toEqual({});
    },
  );

  it('takes texts as they were written', () => {
    expect(valuesOf('listeners: { wss: { key_passphrase: 0123, tls_version_min: 1.2 } }')).toEqual({
      'listeners.wss.key_passphrase': '0123',
      'listeners.wss.tls_version_min': '1.2',
    });
  });

  it('lets listeners share options by an alias', () => {
    const values = valuesOf('listeners:\n  a: &a { port: 1, host: 127.0.0.1 }\n  b: *a\n');
    expect(values).toMatchObject({ 'listeners.a.port': 1, 'listeners.b.port': 1 });
  });

  it('names an unknown option with its line and the nearest name', () => {
    expect(problemsOf('\nlimts:\n  packet_bytes_max: 1MB\n')).toEqual([
      'hoopoe.yaml:3: unknown option "limts.packet_bytes_max"; did you mean "limits.packet_bytes_max"?',
    ]);
  });

  it('collects all problems', () => {
    expect(problemsOf('limits:\n  inflight_max: many\n  zebra: 1\nlisteners:\n  tcp:\n    port: 99999\n')).toEqual([
      'hoopoe.yaml:2: limits.inflight_max: got "many"; allowed: a whole number from 1 to 65535',
      'hoopoe.yaml:3: unknown option "limits.zebra"; "hoopoe help options" lists them all',
      'hoopoe.yaml:6: listeners.tcp.port: got "99999"; allowed: a whole number from 0 to 65535',
    ]);
  });

  it.each([
    ['limits:\n\tinflight_max: 1', 'hoopoe.yaml:2: a tab is used for indentation; YAML allows blanks only'],
    ['a: 1\nlimits: {', 'hoopoe.yaml:2: is no valid YAML'],
    [
      'limits: {inflight_max: 1}\nlimits: {inflight_max: 2}',
      'hoopoe.yaml:2: limits.inflight_max is given twice; the first is at hoopoe.yaml:1',
    ],
    ['- a', 'hoopoe.yaml:1: got something else; allowed: options as "name: value"'],
    ['limits: 7', 'hoopoe.yaml:1: limits: got a value; allowed: options as "name: value" below it'],
    ['limits:\n  inflight_max:\n', 'hoopoe.yaml:2: limits.inflight_max: got nothing'],
    ['limits:\n  inflight_max: {a: 1}\n', 'hoopoe.yaml:2: limits.inflight_max: got a section'],
    ['? [a]\n: 1', 'hoopoe.yaml:1: got a key that is no text'],
    ['a: 1\n---\nb: 1', 'hoopoe.yaml:2: begins a second document; a configuration is one'],
    [
      'x: &x {a: 1}\nlisteners: {a: {<<: *x}}',
      'hoopoe.yaml:2: merge keys (<<) are not understood; write the options out',
    ],
    ['zebra: {}', 'hoopoe.yaml:1: unknown section "zebra"'],
  ])('refuses %j', (text, problem) => expect(problemsOf(text).join('\n')).toContain(problem));

  it.each([
    '__proto__: { polluted: true }',
    'limits: { __proto__: { polluted: true } }',
    'constructor.prototype.polluted: 1',
  ])('pollutes no prototype with %s', (text) => {
    expect(problemsOf(text)).toHaveLength(1);
    expect('polluted' in {}).toBe(false);
  });

  it('is not taken down by nesting, aliases that multiply, or size', () => {
    expect(problemsOf('['.repeat(50_000))).not.toEqual([]);
    const bomb = ['a: &a {x: 1, y: 1}'];
    for (let level = 0; level < 20; level++)
      bomb.push(`b${level}: &b${level} {x: *${level === 0 ? 'a' : `b${level - 1}`}, y: *a}`);
    expect(problemsOf(bomb.join('\n')).length).toBeLessThanOrEqual(50);
    expect(problemsOf('#'.repeat(1024 * 1024 + 1))).toEqual([expect.stringContaining('the limit is 1048576')]);
    expect(problemsOf(`limits: {${'a: 1, '.repeat(30_000)}}`).length).toBeLessThanOrEqual(50);
  });
});
