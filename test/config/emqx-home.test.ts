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
    expect(home.value('permissions.unchecked')).toEqual(['bridges', 'api']);
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
  it.each([
    ['allow_anonymous = false\n', 'false'],
    ['allow_anonymous = true\n', 'true'],
    ['allow_anonymous = false_quick_deny\n', 'false'],
    ['', 'false'],
  ])('hold for the listeners of the broker where a directory has none: %j', (text, value) => {
    expect(readHome(text).value('allow_anonymous')).toBe(value);
    // Listeners of the directory say it for themselves.
    expect(readHome(`${text}listener.tcp.external = 1883\n`).value('allow_anonymous')).toBeUndefined();
  });

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
    expect(home.value('access.mnesia.builtin.end_connections')).toBe(false);
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

describe('a plugin for logins', () => {
  it('stops the start where nothing says what it asks, because it would know nobody', () => {
    const files = {
      'etc/emqx.conf': 'allow_anonymous = true\n',
      'data/loaded_plugins': loaded('emqx_auth_pgsql'),
      'etc/plugins/emqx_auth_pgsql.conf': undefined as unknown as string,
    };
    expect(readHome(files).problems).toEqual([
      '/opt/emqx/data/loaded_plugins: plugin emqx_auth_pgsql is loaded, and there is no file ' +
        'etc/plugins/emqx_auth_pgsql.conf that says what it asks',
    ]);
    expect(readHome(files, { EMQX_AUTH__PGSQL__SERVER: '10.0.0.1:5432' }).problems).toEqual([]);
  });
});

describe('a home directory of EMQTT 2.3', () => {
  it('is read with the keys that 4.3 has not, and nothing is said of those that are shipped so', () => {
    const home = readHome({
      'etc/emq.conf':
        'cluster.id = emq\ncluster.multicast = 239.192.0.1:44369\nnode.smp = auto\nnode.kernel_poll = on\n' +
        'log.console = console\nlog.console.level = error\nlog.syslog = on\nlog.syslog.level = error\n' +
        'log.error.file = log/error.log\nlog.crash = on\nlog.crash.file = log/crash.log\nsysmon.long_gc = false\n' +
        'mqtt.session.await_rel_timeout = 20s\nmqtt.client.enable_stats = off\nmqtt.bridge.ping_down_interval = 1\n' +
        'listener.tcp.external = 1883\nlistener.tcp.external.mountpoint = external/\n' +
        'listener.api.mgmt = 127.0.0.1:8080\nlistener.api.mgmt.access.1 = allow all\n',
      'etc/plugins/emq_retainer.conf':
        'retainer.storage_type = ram\nretainer.max_message_num = 77\nretainer.max_payload_size = 64KB\n',
      'etc/plugins/emq_dashboard.conf':
        'dashboard.listener.http = 18083\ndashboard.listener.http.access.1 = allow all\n',
      'data/loaded_plugins': 'emq_retainer.\nemq_dashboard.\n',
    });
    expect(home.problems).toEqual([]);
    expect(home.warnings).toEqual([]);
    expect(home.value('limits.retained_messages_max')).toBe(77);
    expect(home.value('listeners.tcp-external.mountpoint')).toBe('external/');
  });

  it('does not start where it keeps addresses from the dashboard', () => {
    const home = readHome('dashboard.listener.http.access.1 = allow 10.0.0.0/8\n');
    expect(home.problems.join()).toContain('dashboard.listener.http.access.1: cannot be had');
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
  const three =
    'listener.tcp.a = 1\nlistener.tcp.b = 2\nlistener.tcp.b.zone = slow\nlistener.tcp.i = 3\nlistener.tcp.i.zone = internal\n';

  it('hold for their own listeners, and what differs has a section of its own', () => {
    const home = readHome(
      `${three}zone.external.max_inflight = 32\nzone.slow.max_inflight = 1\nzone.internal.max_inflight = 128\n`,
    );
    expect(home.value('limits.inflight_max')).toBe(32);
    expect(home.value('zones.slow.limits.inflight_max')).toBe(1);
    expect(home.value('zones.internal.limits.inflight_max')).toBe(128);
    expect(home.value('listeners.tcp-a.zone')).toBeUndefined();
    expect(home.value('listeners.tcp-b.zone')).toBe('slow');
    expect(home.value('listeners.tcp-i.zone')).toBe('internal');
    expect(home.warnings).toEqual([]);
  });

  it('take what they do not say from mqtt.*, from the key without a zone, or from what holds in EMQX', () => {
    const home = readHome(
      `${three}mqtt.max_packet_size = 2MB\nzone.external.max_packet_size = 1MB\nacl_nomatch = allow\n` +
        'zone.external.acl_nomatch = deny\nzone.external.server_keepalive = 60\nzone.external.idle_timeout = 5s\n',
    );
    expect(home.value('limits.packet_bytes_max')).toBe(1024 * 1024);
    expect(home.value('zones.slow.limits.packet_bytes_max')).toBe(2 * 1024 * 1024);
    expect(home.value('permissions.unmatched')).toBe('deny');
    expect(home.value('zones.slow.permissions.unmatched')).toBe('allow');
    expect(home.value('limits.keep_alive_seconds_max')).toBe(60);
    expect(home.value('zones.slow.limits.keep_alive_seconds_max')).toBe(0);
    expect(home.value('zones.slow.limits.connect_seconds_max')).toBe(15);
  });

  it.each([
    ['max_packet_size', '2MB', 'limits.packet_bytes_max', 2 * 1024 * 1024],
    ['max_clientid_len', '99', 'limits.client_id_bytes_max', 99],
    ['max_topic_levels', '7', 'limits.topic_levels_max', 7],
    ['idle_timeout', '9s', 'limits.connect_seconds_max', 9],
    ['server_keepalive', '9', 'limits.keep_alive_seconds_max', 9],
    ['max_subscriptions', '9', 'limits.subscriptions_per_client_max', 9],
    ['max_inflight', '9', 'limits.inflight_max', 9],
    ['max_awaiting_rel', '9', 'limits.receive_max', 9],
    ['max_mqueue_len', '9', 'limits.queued_messages_max', 9],
    ['mqueue_store_qos0', 'false', 'limits.queue_qos0', false],
    ['session_expiry_interval', '9s', 'limits.session_expiry_seconds_below_v5', 9],
    ['rate_limit.conn_messages_in', '9,1s', 'limits.messages_per_second_max', 9],
    ['rate_limit.conn_bytes_in', '9KB,1s', 'limits.bytes_per_second_max', 9216],
    ['retain_available', 'false', 'mqtt.retain_available', false],
    ['wildcard_subscription', 'false', 'mqtt.wildcard_subscriptions_available', false],
    ['shared_subscription', 'false', 'mqtt.shared_subscriptions_available', false],
    ['response_information', 'r/', 'mqtt.response_information', 'r/'],
    ['ignore_loop_deliver', 'false', 'mqtt.echo_below_v5', true],
    ['upgrade_qos', 'on', 'mqtt.upgrade_qos', true],
    ['acl_nomatch', 'allow', 'permissions.unmatched', 'allow'],
    ['acl_deny_action', 'disconnect', 'mqtt.unauthorized_publish', 'disconnect'],
    ['enable_flapping_detect', 'on', 'flapping.enabled', true],
  ])('decide about %s for their listeners alone', (name, text, path, expected) => {
    const home = readHome(`${three}zone.slow.${name} = ${text}\n`);
    expect(home.problems).toEqual([]);
    expect(home.value(`zones.slow.${path}`)).toBe(expected);
    expect(home.value(path)).not.toBe(expected);
    expect(home.value(`zones.internal.${path}`)).toBeUndefined();
  });

  it('say that the detection of flapping has one measure, where 3.4 had one for each zone', () => {
    const home = readHome(`${three}zone.external.flapping_threshold = 10, 1m\nzone.slow.flapping_threshold = 5, 1m\n`);
    expect(home.warnings.join()).toContain('zone.slow.flapping_threshold (it holds for the whole broker here');
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

  it('keep clients apart by mountpoints that name them', () => {
    const conf = 'listener.tcp.external = 1883\nzone.external.mountpoint = ';
    expect(readHome(`${conf}site/\n`).value('listeners.tcp-external.mountpoint')).toBe('site/');
    expect(readHome(`${conf}user/%u/\n`).value('listeners.tcp-external.mountpoint')).toBe('user/%u/');
    expect(readHome(`${conf}\${x}/\n`).problems[0]).toContain('zone.external.mountpoint: has a placeholder');
  });
});
