/** What a home directory of EMQX means: files, environment, plugins, chains and zones. */

import { describe, expect, it } from 'vitest';
import { loaded, readHome } from './emqx-homes.ts';

describe('lines', () => {
  it('takes everything after the first = as the value, # and quotes included', () => {
    const home = readHome({
      'etc/emqx.conf': 'allow_anonymous=false\n',
      'data/loaded_plugins': loaded('emqx_auth_pgsql'),
      'etc/plugins/emqx_auth_pgsql.conf':
        "auth.pgsql.password = passwd~!@#$%^&*()_+ # not a remark\nauth.pgsql.auth_query = select password from u where username = '%u' limit 1\n",
    });
    expect(home.problems).toEqual([]);
    expect(home.value('access.pgsql.postgresql.password')).toBe('passwd~!@#$%^&*()_+ # not a remark');
    expect(home.value('access.pgsql.postgresql.auth_query')).toBe(
      "select password from u where username = '%u' limit 1",
    );
  });

  it('takes the last of several, CRLF, blanks before remarks, placeholders and a byte order mark', () => {
    const home = readHome('\ufeffallow_anonymous = true\r\n   ## remark\r\n{{ extra }}\r\nallow_anonymous = false\r\n');
    expect(home.problems).toEqual([]);
    expect(home.keys.text('allow_anonymous')).toBe('false');
  });

  it('includes files, and says what is wrong with one that is not there or goes in a circle', () => {
    const home = readHome({
      'etc/emqx.conf': 'include etc/more.conf\ninclude beside.conf\n',
      'etc/more.conf': 'acl_nomatch = deny\n',
      'etc/beside.conf': 'allow_anonymous = true\n',
    });
    expect(home.problems).toEqual([]);
    expect([home.value('permissions.unmatched'), home.keys.text('allow_anonymous')]).toEqual(['deny', 'true']);
    expect(readHome('include nowhere.conf\n').problems).toEqual([
      '/opt/emqx/etc/emqx.conf:1: include: there is no file "nowhere.conf"',
    ]);
    expect(readHome('include etc/emqx.conf\n').problems).toHaveLength(1);
  });

  it('names file, line, key and the nearest key', () => {
    const { problems } = readHome(
      '\nallow_anonymus = true\nlistener.tcp.external.max_conections = 3\nacl_cache_ttl = soon\nx\n',
    );
    expect(problems).toEqual([
      '/opt/emqx/etc/emqx.conf:5: got "x"; allowed: key = value, # and a remark, or include and a file',
      '/opt/emqx/etc/emqx.conf:2: You\'ve tried to set "allow_anonymus", but there is no setting with that name; did you mean allow_anonymous?',
      '/opt/emqx/etc/emqx.conf:3: You\'ve tried to set "listener.tcp.external.max_conections", but there is no setting with that name; did you mean listener.tcp.external.max_connections?',
      '/opt/emqx/etc/emqx.conf:4: acl_cache_ttl: got "soon"; allowed: a time such as 30s, 5m or 1h30m',
    ]);
  });

  it('never shows a secret', () => {
    const { problems, warnings } = readHome({
      'etc/emqx.conf': 'node.cookie = tresor\n',
      'data/loaded_plugins': loaded('emqx_auth_mnesia'),
      'etc/plugins/emqx_auth_mnesia.conf': 'auth.user.1.username = ann\nauth.user.1.pasword = hunter2\n',
    });
    expect(`${problems}${warnings}`).not.toMatch(/hunter2|tresor/);
    expect(problems.join('\n')).toContain('did you mean auth.user.1.password?');
  });

  it('says that a folder is no home directory', () => {
    expect(readHome({}).problems[0]).toBe(
      '/opt/emqx: is no home directory of EMQX: there is neither etc/emqx.conf nor etc/emq.conf in it',
    );
  });
});

describe('the environment', () => {
  it('wins over files, those of plugins as well', () => {
    const home = readHome(
      {
        'etc/emqx.conf': 'listener.ssl.external = 8883\nlistener.ssl.external.max_connections = 5\n',
        'data/loaded_plugins': loaded('emqx_auth_redis'),
        'etc/plugins/emqx_auth_redis.conf': 'auth.redis.server = 10.0.0.1:6379\n',
      },
      {
        EMQX_LISTENER__SSL__EXTERNAL__MAX_CONNECTIONS: '7',
        EMQX_AUTH__REDIS__SERVER: '10.0.0.2:6379',
        EMQX_ALLOW_ANONYMOUS: 'true',
        EMQX_NAME: 'blue',
        EMQX_HOST: '10.1.1.1',
        EMQX_PORT_1883_TCP_ADDR: 'kubernetes',
      },
    );
    expect(home.problems).toEqual([]);
    expect(home.value('listeners.ssl-external.connections_max')).toBe(7);
    expect(home.value('listeners.ssl-external.allow_anonymous')).toBe('true');
    expect(home.value('access.redis.redis.server')).toEqual(['10.0.0.2:6379']);
    expect(home.value('node.name')).toBe('blue@10.1.1.1');
    expect(home.warnings.join()).toContain('EMQX_PORT_1883_TCP_ADDR: names no key and is ignored');
  });

  it('refuses a key that there is none of, once', () => {
    const { problems } = readHome('', { EMQX_ZONE__EXTERNAL__ENABLE_ALC: 'on' });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('did you mean zone.external.enable_acl?');
  });

  it('switches plugins and modules on', () => {
    const home = readHome('', {
      EMQX_LOADED_PLUGINS: 'emqx_auth_mnesia,emqx_retainer',
      EMQX_LOADED_MODULES: 'emqx_mod_delayed',
    });
    expect(home.value('access.mnesia.type')).toBe('builtin');
    expect(home.facts.modules.get('emqx_mod_delayed')).toBe(true);
  });
});

describe('plugins', () => {
  it('decide which sources there are, in the order in which they are loaded, with acl.conf last', () => {
    const home = readHome({
      'etc/emqx.conf': '',
      'data/loaded_plugins': loaded('emqx_auth_redis', 'emqx_auth_mnesia'),
    });
    const order = ['redis', 'mnesia', 'acl'].map((name) => home.value(`access.${name}.order`) as number);
    expect(order).toEqual([...order].sort((one, other) => one - other));
    expect(home.value('access.pgsql.type')).toBeUndefined();
    expect(readHome('').value('access.mnesia.type')).toBeUndefined();
  });

  it('are asked in the order of auth_order, and of acl_order where it is alone', () => {
    const plugins = { 'data/loaded_plugins': loaded('emqx_auth_http', 'emqx_auth_pgsql', 'emqx_auth_jwt') };
    const order = (conf: string): string[] => {
      const home = readHome({ 'etc/emqx.conf': conf, ...plugins });
      return ['http', 'pgsql', 'jwt', 'acl'].sort(
        (one, other) => Number(home.value(`access.${one}.order`)) - Number(home.value(`access.${other}.order`)),
      );
    };
    expect(order('auth_order = jwt, postgres\n')).toEqual(['jwt', 'pgsql', 'http', 'acl']);
    expect(order('acl_order = internal, emqx_auth_pgsql\n')).toEqual(['acl', 'pgsql', 'http', 'jwt']);
    expect(order('auth_order = none\n')).toEqual(['http', 'pgsql', 'jwt', 'acl']);
  });

  it('that cannot be had stop the start where nobody else would check', () => {
    const { problems } = readHome({
      'etc/emqx.conf': '',
      'data/loaded_plugins': '{emqx_auth_ldap, true}.\n{emqx_auth_mysq, true}.\n{emqx_auth_username, true}.\n',
    });
    expect(problems).toEqual([
      '/opt/emqx/data/loaded_plugins: plugin emqx_auth_ldap is loaded, and there is no logins and permissions from LDAP here: unload it, or keep the other broker',
      '/opt/emqx/data/loaded_plugins: plugin "emqx_auth_mysq" is loaded, and there is none; did you mean emqx_auth_mysql?',
      '/opt/emqx/data/loaded_plugins: plugin "emqx_auth_username" is loaded, and there is none; did you mean emqx_auth_mnesia?',
    ]);
    const gateway = readHome({ 'etc/emqx.conf': '', 'data/loaded_plugins': loaded('emqx_coap') });
    expect(gateway.problems).toEqual([]);
    expect(gateway.warnings.join()).toContain('plugin emqx_coap: there is no CoAP here');
  });

  it('bring users of the configuration, whose names may have colons and quotes', () => {
    const home = readHome({
      'etc/emqx.conf': '',
      'data/loaded_plugins': loaded('emqx_auth_mnesia'),
      'etc/plugins/emqx_auth_mnesia.conf':
        'auth.client.1.clientid = aa:bb:cc\nauth.client.1.password = p"1\nauth.user.x.username = ann\nauth.user.x.password = p:2\nauth.user.y.username = bob\n',
    });
    expect(home.value('access.mnesia.builtin.bootstrap_client_ids')).toBe('["aa:bb:cc","p\\"1"]');
    expect(home.value('access.mnesia.builtin.bootstrap_users')).toBe('["ann","p:2"]');
    expect(home.problems).toEqual([
      '/opt/emqx/etc/plugins/emqx_auth_mnesia.conf:5: auth.user.y.username: has no auth.user.y.password beside it',
    ]);
  });

  it('ask nothing that is not written', () => {
    const home = readHome({ 'etc/emqx.conf': '', 'data/loaded_plugins': loaded('emqx_auth_mysql') });
    expect(home.value('access.mysql.mysql.auth_query')).toBe('');
    expect(home.value('access.mysql.mysql.acl_query')).toBeUndefined();
    expect(home.value('access.mysql.mysql.ssl_verify')).toBe(false);
  });

  it('keep no retained messages without the retainer', () => {
    const without = readHome({ 'etc/emqx.conf': '', 'data/loaded_plugins': '{emqx_management, true}.\n' });
    expect(without.value('limits.retained_messages_max')).toBe(0);
    expect(readHome('').value('limits.retained_messages_max')).toBe(1_000_000_000);
  });
});

describe('logins and permissions', () => {
  it('are what EMQX has without the keys: nobody is anonymous, and what nobody speaks of is denied', () => {
    const home = readHome('listener.tcp.external = 1883\n');
    expect(home.value('listeners.tcp-external.allow_anonymous')).toBe('false');
    expect(home.value('permissions.unmatched')).toBe('deny');
    expect(home.value('listeners.tcp-external.check_permissions')).toBe(false);
    expect(home.value('listeners.tcp-external.connections_max')).toBe(1024);
    expect(home.value('mqtt.echo_below_v5')).toBe(false);
    expect(home.value('shared_subscriptions.strategy')).toBe('round_robin');
    expect(home.value('logins.refusal_code')).toBe('not_authorized');
  });

  it('refuse with code 4 whom the built-in users refuse, and with 5 whom a database does', () => {
    const plugins = { 'data/loaded_plugins': loaded('emqx_auth_mnesia', 'emqx_auth_pgsql') };
    const home = readHome({ 'etc/emqx.conf': '', ...plugins });
    expect(home.value('access.mnesia.refusal_code')).toBe('bad_credentials');
    expect(home.value('access.pgsql.refusal_code')).toBeUndefined();
  });

  it('refuse those without a name at once with false_quick_deny', () => {
    const home = readHome('allow_anonymous = false_quick_deny\nlistener.tcp.external = 1883\n');
    expect(home.value('logins.require_credentials')).toBe(true);
    expect(home.value('listeners.tcp-external.allow_anonymous')).toBe('false');
  });

  it('have the values of the zone before those for all', () => {
    const home = readHome(
      'acl_nomatch = allow\nzone.external.acl_nomatch = deny\nacl_deny_action = ignore\nzone.external.acl_deny_action = disconnect\n' +
        'listener.tcp.external = 1883\nlistener.tcp.internal = 127.0.0.1:11883\nlistener.tcp.internal.zone = internal\n' +
        'zone.internal.allow_anonymous = true\nzone.internal.bypass_auth_plugins = true\nzone.external.enable_acl = on\n',
    );
    expect(home.value('permissions.unmatched')).toBe('deny');
    expect(home.value('mqtt.unauthorized_publish')).toBe('disconnect');
    expect(home.value('listeners.tcp-internal.allow_anonymous')).toBe('true');
    expect(home.value('listeners.tcp-internal.check_logins')).toBe(false);
    expect(home.value('listeners.tcp-internal.check_permissions')).toBe(false);
    expect(home.value('listeners.tcp-external.check_logins')).toBe(true);
    expect(home.value('listeners.tcp-external.check_permissions')).toBe(true);
  });
});

describe('acl.conf', () => {
  it('may be missing, as in EMQX, but not where the operator names it', () => {
    const files = { 'etc/emqx.conf': '', 'etc/acl.conf': undefined as unknown as string };
    const without = readHome(files);
    expect(without.problems).toEqual([]);
    expect(without.value('access.acl.type')).toBeUndefined();
    expect(without.warnings.join()).toContain('there is no file "etc/acl.conf"');
    expect(readHome('acl_file = etc/alc.conf\n').problems).toEqual([
      '/opt/emqx/etc/emqx.conf:1: acl_file: there is no file "etc/alc.conf"',
    ]);
  });
});

describe('zones', () => {
  it('that differ in what holds for the whole broker are said, but not those that are shipped so', () => {
    const listeners =
      'listener.tcp.a = 1\nlistener.tcp.b = 2\nlistener.tcp.b.zone = slow\nlistener.tcp.i = 3\nlistener.tcp.i.zone = internal\n';
    const home = readHome(
      `${listeners}zone.external.max_inflight = 32\nzone.slow.max_inflight = 1\nzone.internal.max_inflight = 128\n`,
    );
    expect(home.value('limits.inflight_max')).toBe(32);
    expect(home.warnings.filter((text) => text.includes('no effect'))).toHaveLength(1);
    expect(home.warnings.join()).toContain(
      'zone.slow.max_inflight (it holds for the whole broker here, and zone external decides',
    );
    expect(home.warnings.join()).not.toContain('zone.internal');
  });

  it('take 0 as no limit', () => {
    const home = readHome(
      'mqtt.max_topic_levels = 0\nzone.external.max_subscriptions = 0\nzone.external.max_mqueue_len = 0\n',
    );
    expect(home.value('limits.topic_levels_max')).toBe(65_535);
    expect(home.value('limits.subscriptions_per_client_max')).toBe(1_000_000_000);
    expect(home.value('limits.queued_messages_max')).toBe(1_000_000_000);
  });

  it('turn amounts in a time into amounts in a second', () => {
    const home = readHome(
      'zone.external.rate_limit.conn_messages_in = 100,10s\nzone.external.rate_limit.conn_bytes_in = 100KB, 10s\n',
    );
    expect(home.value('limits.messages_per_second_max')).toBe(10);
    expect(home.value('limits.bytes_per_second_max')).toBe(10_240);
  });

  it('refuse a mountpoint with placeholders, which would mix what is to be kept apart', () => {
    const conf = 'listener.tcp.external = 1883\nzone.external.mountpoint = ';
    expect(readHome(`${conf}site/\n`).value('listeners.tcp-external.mountpoint')).toBe('site/');
    expect(readHome(`${conf}user/%u/\n`).problems[0]).toContain('zone.external.mountpoint: has a placeholder');
  });
});
