import { mkdirSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { clientOf, dependencies, openRules } from '../../../test/access/rule-files.ts';
import { optionReader } from '../../../test/doubles/option-reader.ts';
import { aclConfRows } from '../../config/rows/access/acl-conf.ts';
import { parseRules } from './parse-rules.ts';
import { RuleList } from './rule-list.ts';
import { openAclConf } from './source.ts';

const shipped = `
%% Let the dashboard see everything, and this machine.
{allow, {user, "dashboard"}, subscribe, ["$SYS/#"]}.
{allow, {ipaddr, "127.0.0.1"}, pubsub, ["$SYS/#", "#"]}.
{deny, all, subscribe, ["$SYS/#", {eq, "#"}]}.
{allow, all}.
`;
const here = { address: '127.0.0.1' };

describe('acl.conf as EMQX ships it', () => {
  it.each([
    [{}, 'subscribe', '$SYS/brokers/+/clients/#', 'deny'],
    [{}, 'subscribe', '#', 'deny'],
    [{}, 'subscribe', 'a/#', 'allow'],
    [{}, 'publish', '$SYS/x', 'allow'],
    [{ username: 'dashboard' }, 'subscribe', '$SYS/brokers/+/clients/#', 'allow'],
    [{ username: 'dashboard' }, 'subscribe', '#', 'deny'],
    [here, 'subscribe', '$SYS/#', 'allow'],
    [here, 'subscribe', '#', 'allow'],
  ] as const)('%j may %s %s: %s', async (who, action, topic, expected) => {
    const { ask } = await openRules('acl_conf', shipped);
    expect(ask(who, action, topic)).toBe(expected);
  });

  it('lets a user in by a line above the ban, and not by one at the end', async () => {
    const line = '{allow, {user, "admin"}, subscribe, ["$SYS/#"]}.\n';
    const above = await openRules('acl_conf', line + shipped);
    const below = await openRules('acl_conf', shipped + line);
    const asked = [{ username: 'admin' }, 'subscribe', '$SYS/brokers/+/clients/#'] as const;
    expect([above.ask(...asked), below.ask(...asked)]).toEqual(['allow', 'deny']);
    expect(below.ask({ username: 'admin', ...here }, 'subscribe', asked[2])).toBe('allow');
  });

  it('does not check deliveries', async () => {
    const { source, ask } = await openRules('acl_conf', '{deny, all}.');
    expect(source.authorizer?.checksDelivery ?? false).toBe(false);
    expect(ask({}, 'receive', 'a')).toBe('ignore');
  });
});

describe('the language of acl.conf', () => {
  it('has the conditions of the grammar', async () => {
    const { ask } = await openRules(
      'acl_conf',
      `{allow, {'and', [{user, "anna"}, {'or', [{client, <<"pump">>}, {ipaddrs, ["10.0.0.0/8", "fd00::/8"]}]}]}, publish, ["a"]}.
       {allow, {client, all}, subscribe, <<"b"/utf8>>}. {deny, {user, all}, pubsub, ["a", "b"]}.`,
    );
    expect(ask({ username: 'anna', clientId: 'pump' }, 'publish', 'a')).toBe('allow');
    expect(ask({ username: 'anna', address: 'fd00::1' }, 'publish', 'a')).toBe('allow');
    expect(ask({ username: 'anna' }, 'publish', 'a')).toBe('deny');
    expect(ask({ clientId: 'pump' }, 'publish', 'a')).toBe('deny');
    expect(ask({}, 'subscribe', 'b')).toBe('allow');
    expect(ask({}, 'publish', 'c')).toBe('ignore');
  });

  it('reads texts as Erlang does', () => {
    const text = String.raw`{allow, {user, "caf\x{E9} \"\101\x42\\" "\s%no comment"}, pubsub, ["水/é"]}. % {deny, all}.`;
    const [rule, ...rest] = parseRules(text);
    expect(rest).toEqual([]);
    expect(rule?.who).toEqual({ kind: 'username', name: 'café "AB\\ %no comment' });
    expect(rule?.topics?.[0]?.text).toBe('水/é');
  });

  it.each(['\r\n', '\n\n', ' ', '\t% x\n', ''])('does not care about blanks: %j', (gap) => {
    const words = ['{', 'allow', ',', '{', 'user', ',', '"a"', '}', ',', 'publish', ',', '[', '"t"', ']', '}', '.'];
    expect(parseRules(words.join(gap))).toMatchObject([{ effect: 'allow', who: { kind: 'username', name: 'a' } }]);
  });

  it('never matches an absent user name, an empty list, or a placeholder without a value', async () => {
    const { ask } = await openRules(
      'acl_conf',
      '{allow, {user, "undefined"}, pubsub, ["#"]}. {allow, all, pubsub, []}. {allow, all, pubsub, ["u/%u", "u/%u/x"]}.',
    );
    for (const topic of ['u/', 'u/undefined', 'u//x', 'u/%u']) expect(ask({}, 'publish', topic)).toBe('ignore');
    expect(ask({ username: '' }, 'publish', 'u/')).toBe('ignore');
    expect(ask({ username: 'anna' }, 'publish', 'u/anna/x')).toBe('allow');
  });

  it.each([
    ['{allow, all}', 1, 'not ended by a full stop; got the end of the file'],
    ['{allow, all}.\n{deny, all, subscribe, ["$SYS', 2, 'the text that begins here with " never ends'],
    ['{allow, all}.\n{deny, all, subscribe, ["$SYS/#"', 2, '[ is not closed'],
    ['{allow, all}\n{deny, all}.', 1, 'not ended by a full stop; got {'],
    ['{allow,\n\n all', 1, '{ is not closed'],
    ['{allow, all]}.', 1, '{ is not closed: a comma or } must follow; got ]'],
    ['\n{permit, all}.', 2, 'begins with allow or deny; got permit'],
    ['{allow}.', 1, 'a rule is {allow, all}.'],
    ['allow.', 1, 'a rule is {allow, all}.'],
    ['{allow, {user, "x"}}.', 1, 'a rule without topics speaks of all'],
    ['{allow, all, write, ["a"]}.', 1, 'got write; allowed: publish, subscribe, pubsub'],
    ['{allow, {user, admin}, publish, ["a"]}.', 1, 'a name is a text in double quotes, or all; got admin'],
    ['{allow, {group, "x"}, publish, ["a"]}.', 1, 'got group for whom the rule speaks of'],
    ['{allow, {ipaddr, "10.0.0.300"}, publish, ["a"]}.', 1, '"10.0.0.300" cannot be used'],
    ['{allow, {ipaddrs, "10.0.0.1"}, publish, ["a"]}.', 1, 'addresses stand in a list'],
    ['{allow, all, publish, "a/b"}.', 1, 'topics stand in a list: ["a/b"]'],
    ['{allow, all, publish, [a]}.', 1, 'a topic is a text in double quotes'],
    ['{allow, all, publish, ["a/#/b"]}.', 1, 'the topic "a/#/b" has a # that is not the whole last level'],
    ['{allow, all, publish, [""]}.', 1, 'is empty'],
    ['{allow, all, publish, ["a",]}.', 1, 'got ] where a value belongs'],
    ['{allow, all, publish, [{eq, a}]}.', 1, 'a topic is a text in double quotes'],
    ['{allow, all, publish, [1]}.', 1, 'a topic is a text in double quotes'],
    ['{allow, <<>>, publish, ["a"]}.', 1, 'got an empty binary'],
    ['{allow, all, publish, ["\\xZZ"]}.', 1, '\\x is followed by two hexadecimal digits'],
    ['{allow, all, publish, ["\\x{D800}"]}.', 1, 'is no character of Unicode'],
    ['&', 1, 'got "&", which begins nothing'],
    [`${'['.repeat(100_000)}`, 1, 'nested more than 16 deep'],
    [`{allow, ${"{'and', [".repeat(9)}`, 1, 'nested more than 16 deep'],
  ])('%s is refused in line %i: %s', async (text, line, message) => {
    await expect(openRules('acl_conf', text)).rejects.toMatchObject({
      name: 'BackendError',
      code: 'ACL_CONF_INVALID',
      message: expect.stringContaining(`acl.conf:${line}: `),
      line,
    });
    await expect(openRules('acl_conf', text)).rejects.toThrow(message);
  });
});

describe('a file of acl.conf that cannot be used', () => {
  it.each(['', '\n\n', '% {allow, all}.\n', '\ufeff'])('is an error when it is empty: %j', async (text) => {
    await expect(openRules('acl_conf', text)).rejects.toMatchObject({ code: 'ACL_CONF_EMPTY' });
    const { ask } = await openRules('acl_conf', text, { 'acl_conf.allow_empty': true });
    expect(ask({}, 'publish', 'a')).toBe('ignore');
  });

  it('is an error when it is no UTF-8', async () => {
    const text = Buffer.concat([Buffer.from('{allow, all}.\n{deny, {user, "'), Buffer.from([0xe9]), Buffer.from('"}')]);
    await expect(openRules('acl_conf', text)).rejects.toMatchObject({ code: 'ACL_CONF_INVALID', line: 2 });
    const kept = await openRules('acl_conf', '\ufeff{allow, {user, "\ufffd"}, publish, ["a"]}.');
    expect(kept.ask({ username: '\ufffd' }, 'publish', 'a')).toBe('allow');
  });

  it('leaves the rules that were there, and takes new ones as a whole', async () => {
    const { source, file, write, ask, changes } = await openRules('acl_conf', '{deny, all}.');
    for (const broken of ['{allow, all}.\n{deny, all', '']) {
      write(broken);
      await expect(source.reload!()).rejects.toMatchObject({ name: 'BackendError' });
    }
    rmSync(file);
    await expect(source.reload!()).rejects.toMatchObject({ code: 'ACL_CONF_UNREADABLE' });
    mkdirSync(file);
    await expect(source.reload!()).rejects.toThrow('it is a folder');
    rmSync(file, { recursive: true });
    expect([ask({}, 'publish', 'a'), changes.count]).toEqual(['deny', 0]);
    write('{allow, all}.');
    await source.reload!();
    expect([ask({}, 'publish', 'a'), changes.count]).toEqual(['allow', 1]);
  });

  it('is named when it is not configured', async () => {
    const opening = openAclConf('rules', optionReader(aclConfRows, 'acl_conf'), dependencies());
    await expect(opening).rejects.toThrow('access.rules.acl_conf.file is missing');
  });
});

describe('explain', () => {
  it('names the line and the rule that decides, and says when none does', async () => {
    const { explain } = await openRules('acl_conf', '% one\n{deny, all,\n  subscribe, ["$SYS/#",{eq,"#"}]}.\n');
    expect(explain({}, 'subscribe', '$SYS/x')).toEqual({
      answer: 'deny',
      because: 'acl.conf:2 {deny, all, subscribe, ["$SYS/#", {eq, "#"}]}',
    });
    expect(explain({}, 'publish', 'a')).toEqual({
      answer: 'ignore',
      because: 'none of the 1 rules of acl.conf speaks of it',
    });
  });
});

describe('many rules', () => {
  it('keep the order of the file, whether they name somebody or not', () => {
    const rules = new RuleList(
      parseRules(`
        {deny, {client, "c"}, publish, ["x"]}.
        {allow, {user, "anna"}, publish, ["x", "y"]}.
        {deny, {ipaddr, "192.0.2.1"}, publish, ["y", "z"]}.
        {allow, {client, "c"}, publish, ["z"]}.
        {allow, all}.`),
    );
    const found = (topic: string, username?: string): number | undefined =>
      rules.find(clientOf({ clientId: 'c', username }), { action: 'publish', topic, qos: 0, retain: false })?.line;
    expect([found('x', 'anna'), found('y', 'anna'), found('y'), found('z', 'anna'), found('w')]).toEqual([
      2, 3, 4, 4, 6,
    ]);
  });

  it('cost a client of thousands of users no more than its own', () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `{allow, {user, "u${i}"}, publish, ["dev/%u/#"]}.`);
    const rules = new RuleList(parseRules(lines.join('\n')));
    const client = clientOf({ username: 'u19999' });
    const request = { action: 'publish', topic: 'dev/u19999/up', qos: 0, retain: false } as const;
    const begin = performance.now();
    for (let i = 0; i < 10_000; i++) if (rules.find(client, request)?.line !== 20_000) expect.fail('another rule');
    // A walk through all of them would take many seconds.
    expect(performance.now() - begin).toBeLessThan(2_000);
  });

  it('remember what an address means for a client, and do not mix clients up', () => {
    const rules = new RuleList(parseRules('{allow, {ipaddr, "10.0.0.0/8"}, publish, ["a"]}.'));
    const request = { action: 'publish', topic: 'a', qos: 0, retain: false } as const;
    const [inside, outside] = [clientOf({ address: '10.1.1.1' }), clientOf({ address: '11.1.1.1' })];
    for (let i = 0; i < 2; i++) {
      expect(rules.find(inside, request)?.effect).toBe('allow');
      expect(rules.find(outside, request)).toBeUndefined();
    }
  });
});
