import { describe, expect, it } from 'vitest';
import { openRules } from '../../../test/access/rule-files.ts';

const file = `# who is nobody
topic read public/#
topic deny public/secret

user anna
topic anna/#
topic write out
topic read in/+
topic deny anna/locked/#

pattern readwrite dev/%c/#
pattern read user-%u/news
pattern deny dev/%c/key

user bertil
topic read bertil

user anna
topic write late
`;
const anna = { username: 'anna' };

describe("Mosquitto's acl_file", () => {
  it.each([
    [{}, 'receive', 'public/a', 'allow'],
    [{}, 'publish', 'public/a', 'deny'],
    [{}, 'receive', 'public/secret', 'deny'],
    [{}, 'receive', 'anna/a', 'deny'],
    [{}, 'receive', 'elsewhere', 'deny'],
    [anna, 'receive', 'public/a', 'deny'],
    [anna, 'publish', 'anna', 'allow'],
    [anna, 'receive', 'anna/a/b', 'allow'],
    [anna, 'publish', 'out', 'allow'],
    [anna, 'receive', 'out', 'deny'],
    [anna, 'receive', 'in/a', 'allow'],
    [anna, 'publish', 'in/a', 'deny'],
    // What is forbidden comes first, although it stands behind what is granted.
    [anna, 'publish', 'anna/locked/a', 'deny'],
    [anna, 'publish', 'late', 'allow'],
    [anna, 'receive', 'bertil', 'deny'],
    [{ username: 'bertil' }, 'receive', 'bertil', 'allow'],
    [{ username: 'carl' }, 'receive', 'public/a', 'deny'],
    [{ username: '' }, 'receive', 'public/a', 'deny'],
    [{ clientId: 'p1' }, 'publish', 'dev/p1/up', 'allow'],
    [{ clientId: 'p1', username: 'bertil' }, 'receive', 'dev/p1/up', 'allow'],
    [{ clientId: 'p1' }, 'publish', 'dev/p2/up', 'deny'],
    [{ clientId: 'p1' }, 'publish', 'dev/p1/key', 'deny'],
    [{ username: 'carl' }, 'receive', 'user-carl/news', 'allow'],
    [{}, 'receive', 'user-/news', 'deny'],
    [{}, 'receive', 'user-%u/news', 'deny'],
  ] as const)('%j may %s %s: %s', async (who, action, topic, expected) => {
    const { ask, explain } = await openRules('acl_file', file);
    expect(ask(who, action, topic)).toBe(expected);
    expect(explain(who, action, topic).answer).toBe(expected);
  });

  it('grants every subscription and checks every delivery', async () => {
    const { source, ask } = await openRules('acl_file', 'topic read a');
    expect(source.authorizer?.checksDelivery).toBe(true);
    expect(ask({}, 'subscribe', '#')).toBe('allow');
    expect(ask({}, 'receive', 'b')).toBe('deny');
  });

  it('lets other sources decide what it does not speak of, where it is told to', async () => {
    const { ask } = await openRules('acl_file', 'topic read a/#\ntopic deny b', { 'acl_file.unmatched': 'ignore' });
    expect([ask({}, 'subscribe', 'a/+'), ask({}, 'subscribe', 'b'), ask({}, 'subscribe', '#')]).toEqual([
      'allow',
      'deny',
      'ignore',
    ]);
    expect([ask({}, 'receive', 'a'), ask({}, 'publish', 'a')]).toEqual(['allow', 'ignore']);
  });

  it('speaks of names that begin with $ only where the line does', async () => {
    const { ask } = await openRules('acl_file', 'topic #\ntopic deny +/x\npattern read $SYS/%c/#');
    expect(ask({}, 'receive', 'a/b')).toBe('allow');
    expect(ask({ clientId: 'p' }, 'receive', '$SYS/q')).toBe('deny');
    expect(ask({ clientId: 'p' }, 'receive', '$SYS/p/q')).toBe('allow');
  });

  it('says which line decided', async () => {
    const { explain } = await openRules('acl_file', file);
    expect(explain(anna, 'publish', 'anna/locked/a')).toEqual({
      answer: 'deny',
      because: 'acl:9 topic deny anna/locked/#',
    });
    expect(explain(anna, 'receive', 'x').because).toBe('none of the 11 rules of acl speaks of it');
    expect(explain(anna, 'subscribe', 'x').because).toContain('no line of acl lets it read this');
    expect(explain(anna, 'subscribe', 'in/+').because).toContain('acl:8 topic read in/+');
  });
});

describe('names of clients in an acl_file', () => {
  const patterns = 'pattern readwrite dev/%c/#\npattern readwrite %u/#\npattern deny lock/%c';

  it.each([
    [{ clientId: '#' }, 'dev/p1/up'],
    [{ clientId: '+' }, 'dev/p1/up'],
    [{ clientId: '+' }, 'dev/+/up'],
    [{ clientId: 'p1/x' }, 'dev/p1/x/up'],
    [{ username: '#' }, 'anna/x'],
    [{ username: '+/x' }, 'anna/x'],
    [{ username: 'anna/x' }, 'anna/x/y'],
    [{ username: '$SYS' }, '$SYS/broker/log'],
    [{ clientId: 'p+1', username: 'anna' }, 'anna/x'],
    [{ username: '' }, '/x'],
  ])('%j cannot reach %s', async (who, topic) => {
    const { ask } = await openRules('acl_file', patterns);
    expect([ask(who, 'publish', topic), ask(who, 'receive', topic)]).toEqual(['deny', 'deny']);
  });

  it('with a slash in them do not slip out of what is forbidden', async () => {
    const { ask } = await openRules('acl_file', 'pattern deny lock/%c\npattern #');
    expect(ask({ clientId: 'a/b' }, 'publish', 'lock/a/b')).toBe('deny');
    expect(ask({ clientId: 'a/b' }, 'publish', 'lock/a')).toBe('allow');
  });

  it('that are dangerous are refused by the patterns alone', async () => {
    const { ask, explain } = await openRules('acl_file', `topic open\n${patterns}\npattern read all`);
    expect(ask({ clientId: '+' }, 'publish', 'open')).toBe('allow');
    expect(ask({ clientId: '+' }, 'receive', 'all')).toBe('deny');
    expect(explain({ clientId: '+' }, 'receive', 'all').because).toContain('the Client Identifier has + or #');
    expect(explain({ username: '#' }, 'receive', 'all').because).toContain('the user name has + or #');
  });

  it.each(['__proto__', 'constructor', 'toString'])('%s is a name like any other', async (name) => {
    const { ask } = await openRules('acl_file', `topic read a\nuser ${name}\ntopic read b`);
    expect(ask({ username: name }, 'receive', 'b')).toBe('allow');
    const without = await openRules('acl_file', 'topic read a\nuser x\ntopic read b');
    expect(without.ask({ username: name }, 'receive', 'b')).toBe('deny');
  });
});

describe('a file of acl_file', () => {
  it('may have ends of lines of Windows, blanks around and a mark at its beginning', async () => {
    const { ask } = await openRules('acl_file', '\ufeff# x\r\n  user  anna b  \r\ntopic   read   a b/c \t\r\n\r\n');
    expect(ask({ username: 'anna b' }, 'receive', 'a b/c')).toBe('allow');
  });

  it.each([
    ['topics a', 1, 'got "topics"; a line begins with user, topic, pattern'],
    ['topic a\n # x', 2, 'got "#"'],
    ['topic a\nuser', 2, 'user is followed by the name of a user'],
    ['topic', 1, 'topic is followed by a topic'],
    ['pattern  ', 1, 'pattern is followed by a topic'],
    ['topic reed a', 1, 'got "reed"; allowed: read, write, readwrite, deny'],
    ['topic my topic', 1, 'A topic with a blank needs one of them'],
    ['topic deny', 1, 'a topic is missing; for the topic "deny" itself write: topic readwrite deny'],
    ['topic read a/#/b', 1, 'the topic "a/#/b" has a # that is not the whole last level'],
    ['topic read a+', 1, 'has a + that is not a whole level'],
    ['topic read\ta', 1, 'contains a tab'],
    ['topic\tread a', 1, 'got "topic\tread"'],
    ['user a\ntopic read a\0', 2, 'contains U+0000'],
  ])('%j is refused in line %i: %s', async (text, line, message) => {
    await expect(openRules('acl_file', text)).rejects.toMatchObject({
      name: 'BackendError',
      code: 'ACL_FILE_INVALID',
      message: expect.stringContaining(`acl:${line}: `),
      line,
    });
    await expect(openRules('acl_file', text)).rejects.toThrow(message);
  });

  it.each(['', '# topic a\n', 'user anna\n'])(
    'without a rule is an error, and never means everybody: %j',
    async (text) => {
      await expect(openRules('acl_file', text)).rejects.toMatchObject({ code: 'ACL_FILE_EMPTY' });
      const { ask } = await openRules('acl_file', text, { 'acl_file.allow_empty': true });
      expect([ask({}, 'publish', 'a'), ask({}, 'receive', 'a')]).toEqual(['deny', 'deny']);
    },
  );

  it('that is broken at a reload leaves the rules that were there', async () => {
    const { source, write, ask, changes } = await openRules('acl_file', 'topic read a');
    for (const broken of ['', 'topic a\ntopic deny', Buffer.from([0xff])]) {
      write(broken);
      await expect(source.reload!()).rejects.toMatchObject({ name: 'BackendError' });
    }
    expect([ask({}, 'receive', 'a'), ask({}, 'publish', 'a'), changes.count]).toEqual(['allow', 'deny', 0]);
    write('topic write a');
    await source.reload!();
    expect([ask({}, 'receive', 'a'), ask({}, 'publish', 'a'), changes.count]).toEqual(['deny', 'allow', 1]);
  });
});
