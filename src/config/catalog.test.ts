import { describe, expect, it } from 'vitest';
import { brokerRows, findOption, isSection, unknownOptionText, unknownSectionText, variableName } from './catalog.ts';
import { collectionOf, collections } from './collections.ts';
import { readValue, valueText } from './value.ts';

const allRows = [...brokerRows, ...collections.flatMap(({ rows }) => rows)];

describe('rows', () => {
  it.each([['broker', brokerRows], ...collections.map(({ entry, rows }): [string, typeof rows] => [entry, rows])])(
    'have a name of their own among the %s rows',
    (_, rows) => {
      const names = rows.map((row) => row.name);
      expect(new Set(names).size).toBe(names.length);
      for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*(\.[a-z][a-z0-9]*(_[a-z0-9]+)*)*$/);
    },
  );

  it('give each environment variable to one option', () => {
    const variables = brokerRows.map((row) => variableName(row.name));
    expect(new Set(variables).size).toBe(variables.length);
  });

  it('no option lies below another, so that a path is an option or a section', () => {
    for (const { name } of brokerRows) expect(isSection(name), name).toBe(false);
  });

  it.each(allRows.map((row) => [row.name, row] as const))('%s has a default that it would accept', (_, row) => {
    if (row.default === undefined) {
      expect(row.unset, 'says what happens without a value').toBeTypeOf('string');
      return;
    }
    expect(readValue(row.type, row.default, '/')).toEqual({ value: row.default });
    expect(readValue(row.type, valueText(row.type, row.default), '/')).toEqual({ value: row.default });
  });

  it.each(allRows.map((row) => [row.name, row] as const))('%s is explained in one sentence', (_, row) => {
    expect(row.sentence).toMatch(/^[A-Z].*[^.]\.$/);
    expect(row.sentence).not.toMatch(/\. [A-Z]/);
  });

  it('say what 0 means wherever 0 is below what makes sense', () => {
    for (const row of allRows) {
      if (row.zero !== undefined) expect(readValue(row.type, 0, '/'), row.name).toEqual({ value: 0 });
    }
  });
});

describe('findOption', () => {
  it('finds options of the broker and of listeners', () => {
    expect(findOption('limits.packet_bytes_max')).toMatchObject({ entry: undefined });
    expect(findOption('listeners.tcp.port')).toMatchObject({ entry: { name: 'tcp' }, row: { name: 'port' } });
  });

  it('finds options of an access source, those of its kind below the kind', () => {
    const entry = { collection: collectionOf('access'), name: 'db' };
    expect(findOption('access.db.on_failure')).toMatchObject({ entry, row: { name: 'on_failure' } });
    expect(findOption('access.db.postgresql.server')).toMatchObject({ entry, row: { name: 'postgresql.server' } });
  });

  it.each([
    '',
    'limits',
    'listeners',
    'listeners.tcp',
    'listeners.tcp.port.x',
    'listeners..port',
    'listeners.a__b.port',
    'access.db.server',
    'access.db.postgresql',
    'access.db.postgresql.server.x',
    'access.postgresql.server',
  ])('finds nothing for %j', (path) => expect(findOption(path)).toBeUndefined());

  it.each(['__proto__', 'constructor', 'limits.__proto__', 'listeners.__proto__.port', 'listeners.tcp.__proto__'])(
    'finds nothing for the name %s that every object has',
    (path) => expect(findOption(path)).toBeUndefined(),
  );
});

describe('unknownOptionText', () => {
  it.each([
    ['limts.packet_bytes_max', '"limits.packet_bytes_max"'],
    ['packet_bytes_max', '"limits.packet_bytes_max"'],
    ['max_packet_size', '"limits.packet_bytes_max"'],
    ['max_inflight_messages', '"limits.inflight_max"'],
    ['listeners.tcp.prot', '"listeners.tcp.port"'],
    ['listeners.tls.certfile', '"listeners.tls.certificate_file"'],
    ['allow-anonymous', '"allow_anonymous"'],
    ['certfile', '"listeners.NAME.certificate_file"'],
    ['auth.pgsql.server', '"access.NAME.postgresql.server"'],
    ['access.db.on_failur', '"access.db.on_failure"'],
    ['access.db.postgresql.sever', '"access.db.postgresql.server"'],
    ['access.db.server', '"access.db.postgresql.server"'],
  ])('suggests for %s', (path, suggestion) => {
    expect(unknownOptionText(path, JSON.stringify(path))).toBe(
      `unknown option ${JSON.stringify(path)}; did you mean ${suggestion}?`,
    );
  });

  it('suggests nothing for what resembles nothing', () => {
    expect(unknownOptionText('zebra.crossing', '"zebra.crossing"')).toContain('hoopoe help options');
    expect(unknownOptionText('x'.repeat(100_000), '"x"')).toContain('hoopoe help options');
  });

  it('names the kind that was meant', () => {
    expect(unknownOptionText('access.db.postgres.server', '')).toBe(
      'unknown kind of access source "postgres"; did you mean postgresql?',
    );
    expect(unknownSectionText('access.db.oracle')).toMatch(
      /^unknown kind of access source "oracle"; kinds are .*acl_conf,/,
    );
    expect(unknownSectionText('access.db.postgresql')).toBeUndefined();
    expect(unknownSectionText('listeners.db.oracle')).toBeUndefined();
  });

  it('explains what a listener may be called', () => {
    expect(unknownOptionText('listeners.Öffentlich.port', '"listeners.Öffentlich.port"')).toMatch(/allowed: .*a-z/);
  });
});
