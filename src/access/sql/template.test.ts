import { describe, expect, it } from 'vitest';
import { mysqlDialect } from '../mysql/open-mysql.ts';
import { postgresqlDialect } from '../postgresql/open-postgresql.ts';
import { parseTemplate, type SqlTemplate } from './template.ts';

const syntaxes = { postgresql: postgresqlDialect().syntax, mysql: mysqlDialect().syntax };

function template(source: string, database: keyof typeof syntaxes = 'postgresql'): SqlTemplate {
  const read = parseTemplate(source, syntaxes[database]);
  if ('problem' in read) throw new Error(read.problem);
  return read;
}

function problem(source: string, database: keyof typeof syntaxes = 'postgresql'): string {
  const read = parseTemplate(source, syntaxes[database]);
  return 'problem' in read ? read.problem : '';
}

describe('a query with placeholders', () => {
  it('turns every quoted placeholder into a parameter of its own', () => {
    const read = template(
      "select password from t where u = '%u' and (c='%c' or u = '%u') and a='%a' or d in ('%d','%C')",
    );
    expect(read.text).toBe('select password from t where u = $1 and (c=$2 or u = $3) and a=$4 or d in ($5,$6)');
    expect(read.parameters).toEqual(['%u', '%c', '%u', '%a', '%d', '%C']);
    expect(read.inert).toEqual([]);
  });

  it('writes parameters as each database wants them', () => {
    const source = "select password from mqtt_user where username = '%u' and password = '%P' limit 1;";
    expect(template(source, 'mysql').text).toBe(
      'select password from mqtt_user where username = ? and password = ? limit 1',
    );
    expect(template(source).parameters).toEqual(['%u', '%P']);
  });

  it.each([
    ["select '%u%' from t", ["'%u%'"]],
    ["select p from t where u like 'dev-%c'", ["'dev-%c'"]],
    ['select p from t where u = "%u"', ['"%u"']],
    ["select p from t where u = 'it''s %u'", ["'it''s %u'"]],
    ["select p from t where u = E'%u'", ["'%u'"]],
    ['select p from t where u = $$%u$$', ['$$%u$$']],
    ["select p from t where u = 'x''%u''y'", ["'x''%u''y'"]],
  ])('leaves %s as it is, and says so', (source, inert) => {
    const read = template(source);
    expect(read).toMatchObject({ text: source, parameters: [], inert });
  });

  it.each([
    ["select p -- of '%u'\nfrom t where u = '%u'", 1],
    ["select p /* '%u' */ from t where u = '%u'", 1],
    ["select p from t where n = '$$' and u = '%u' and m = '$$'", 1],
    ["select $a$ '%u' $a$, p from t where u = '%u'", 1],
    ["select \"it's\", p from t where u = '%u'", 1],
    ["select p from t where n = 'a\\' and u = '%u'", 1],
    ["select 5 %% 2, p from t where id % 10 = 3 and u = '%u'", 1],
    ["select p from t where u = '%u' -- '%u'", 1],
  ])('finds in %j what is a placeholder and nothing else', (source, count) => {
    expect(template(source).parameters).toHaveLength(count);
  });

  it('knows the comments, quotes and backslashes of MySQL', () => {
    expect(template("select p # '%u'\nfrom `it's` where n = 'a\\'' and u = '%u'", 'mysql').parameters).toEqual(['%u']);
    expect(template("select 5--'%u'", 'mysql').parameters).toEqual(['%u']);
    expect(template("select 5 -- '%u'", 'mysql').parameters).toEqual([]);
  });

  it.each([
    ['select p from t where u = %u', "%u stands without quotes; write '%u'"],
    ["select p from t where u = '%u' and c=%c", '%c stands without quotes'],
    ["select p from t where u = 'unfinished", 'has no end'],
    ['select p from t where u = "unfinished', 'has no end'],
    ["select p /* '%u'", 'has no end'],
    ["select $x$ '%u'", 'has no end'],
    ['', 'it is empty'],
    [' ; ;', 'it is empty'],
  ])('does not accept %j', (source, text) => {
    expect(problem(source)).toContain(text);
  });

  it('takes time in proportion to its length', () => {
    const started = performance.now();
    for (const piece of ["'%u' ", '$', "''", '-', '/', '$a$', '%'])
      template(`select ${piece.repeat(20_000)} '%u'`.replace(/\$a\$$/, ''), 'mysql');
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
