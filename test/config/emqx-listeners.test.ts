/** What listeners, bridges, modules and older versions mean in a home directory of EMQX. */

import { describe, expect, it } from 'vitest';
import { loaded, readHome } from './emqx-homes.ts';

describe('listeners', () => {
  it('have addresses of every form, and names that are told apart', () => {
    const home = readHome(
      'listener.tcp.a = 1883\nlistener.tcp.A = 127.0.0.1:1884\nlistener.ws.x_y = ::1:8083\nlistener.wss.x_y = [::1]:8084\n',
    );
    expect(home.problems).toEqual([]);
    const address = (name: string): unknown[] =>
      ['transport', 'host', 'port'].map((option) => home.value(`listeners.${name}.${option}`));
    expect(address('tcp-a')).toEqual(['tcp', '0.0.0.0', 1883]);
    expect(address('tcp-a-2')).toEqual(['tcp', '127.0.0.1', 1884]);
    expect(address('ws-x-y')).toEqual(['ws', '::1', 8083]);
    expect(address('wss-x-y')).toEqual(['wss', '::1', 8084]);
  });

  it('look at access rules by their numbers', () => {
    const home = readHome(
      'listener.tcp.e = 1883\nlistener.tcp.e.access.10 = deny all\nlistener.tcp.e.access.2 = allow  10.0.0.0/8\n',
    );
    expect(home.value('listeners.tcp-e.access')).toEqual(['allow 10.0.0.0/8', 'deny all']);
    expect(readHome('listener.tcp.e = 1883\nlistener.tcp.e.access.1 = permit all\n').problems[0]).toContain(
      'listener.tcp.e.access.1: got "permit all"',
    );
  });

  const tls =
    'listener.ssl.e = 8883\nlistener.ssl.e.certfile = etc/certs/cert.pem\nlistener.ssl.e.keyfile = etc/certs/key.pem\n';

  it('ask for certificates with verify_peer alone', () => {
    const oneWay = readHome(`${tls}listener.ssl.e.cacertfile = etc/certs/ca.pem\n`);
    expect(oneWay.value('listeners.ssl-e.certificate_file')).toBe('/opt/emqx/etc/certs/cert.pem');
    expect(oneWay.value('listeners.ssl-e.ca_file')).toBeUndefined();
    const twoWay = readHome(
      `${tls}listener.ssl.e.cacertfile = etc/certs/ca.pem\nlistener.ssl.e.verify = verify_peer\nlistener.ssl.e.fail_if_no_peer_cert = true\n`,
    );
    expect(twoWay.value('listeners.ssl-e.ca_file')).toBe('/opt/emqx/etc/certs/ca.pem');
    expect(twoWay.value('listeners.ssl-e.require_certificate')).toBe(true);
  });

  it('refuse what would let in strangers', () => {
    expect(readHome(`${tls}listener.ssl.e.verify = verify_peer\n`).problems[0]).toContain(
      'verify_peer needs listener.ssl.e.cacertfile as well',
    );
    expect(readHome(`${tls}listener.ssl.e.fail_if_no_peer_cert = true\n`).problems[0]).toContain(
      'needs listener.ssl.e.verify = verify_peer',
    );
    expect(readHome(`${tls}listener.ssl.e.tls_versions = tlsv1.1,tlsv1\n`).problems[0]).toContain(
      'got no version that is spoken here',
    );
    expect(readHome(`${tls}listener.ssl.e.psk_ciphers = RSA-PSK-AES256-GCM-SHA384\n`).problems[0]).toContain(
      'needs the plugin emqx_psk_file',
    );
  });

  it('take pre-shared keys as texts', () => {
    const home = readHome({
      'etc/emqx.conf': 'listener.ssl.e = 8883\nlistener.ssl.e.psk_ciphers = PSK-AES128-CBC-SHA\n',
      'data/loaded_plugins': loaded('emqx_psk_file'),
    });
    expect(home.problems).toEqual([]);
    expect(home.value('listeners.ssl-e.psk_file')).toBe('/opt/emqx/etc/psk.txt');
    expect(home.value('listeners.ssl-e.psk_form')).toBe('text');
  });

  it('take the origins of web pages where they are to be checked', () => {
    const conf = 'listener.ws.e = 8083\nlistener.ws.e.check_origins = http://a.example, http://b.example\n';
    expect(readHome(conf).value('listeners.ws-e.origins')).toEqual(['*']);
    expect(readHome(`${conf}listener.ws.e.check_origin_enable = true\n`).value('listeners.ws-e.origins')).toEqual([
      'http://a.example',
      'http://b.example',
    ]);
  });

  it('have no options of another transport', () => {
    expect(readHome('listener.tcp.e.certfile = x\n').problems).toHaveLength(1);
    expect(readHome('listener.ssl.e.mqtt_path = /x\n').problems).toHaveLength(1);
  });
});

describe('bridges', () => {
  const plugin = { 'data/loaded_plugins': loaded('emqx_bridge_mqtt') };

  it('have the topics of forwards and subscriptions, with mountpoints', () => {
    const home = readHome({
      'etc/emqx.conf': 'node.name = emqx@10.0.0.7\n',
      ...plugin,
      'etc/plugins/emqx_bridge_mqtt.conf':
        // biome-ignore lint/suspicious/noTemplateCurlyInString: EMQX writes it so.
        'bridge.mqtt.aws.address = 10.0.0.1:1883\nbridge.mqtt.aws.start_type = auto\nbridge.mqtt.aws.forwards = t1/#,t2/#\nbridge.mqtt.aws.forward_mountpoint = from/${node}/\n' +
        'bridge.mqtt.aws.subscription.1.topic = cmd/#\nbridge.mqtt.aws.subscription.1.qos = 2\nbridge.mqtt.aws.receive_mountpoint = aws/\n',
    });
    expect(home.problems).toEqual([]);
    expect(home.value('bridges.aws.addresses')).toEqual(['10.0.0.1:1883']);
    expect(home.value('bridges.aws.start')).toBe('automatic');
    expect(home.value('bridges.aws.protocol')).toBe('3.1.1');
    expect(home.value('bridges.aws.topics')).toEqual([
      '"t1/#" out 1 "" "from/emqx@10.0.0.7/"',
      '"t2/#" out 1 "" "from/emqx@10.0.0.7/"',
      '"cmd/#" in 2 "aws/" ""',
    ]);
  });

  it('cannot reach nodes in the way of Erlang, and are not looked at unless the plugin is loaded', () => {
    const conf = { 'etc/plugins/emqx_bridge_mqtt.conf': 'bridge.mqtt.x.address = emqx2@192.168.0.1\n' };
    expect(readHome({ 'etc/emqx.conf': '', ...plugin, ...conf }).problems[0]).toContain('nodes cannot be reached');
    expect(readHome({ 'etc/emqx.conf': '', ...conf }).problems).toEqual([]);
  });
});

describe('older versions', () => {
  it('has the names of 2.3, its codes, and users of emq_auth_username', () => {
    const home = readHome({
      'etc/emq.conf':
        'node.name = emq@127.0.0.1\nmqtt.allow_anonymous = true\nmqtt.acl_nomatch = allow\nmqtt.session.max_inflight = 20\n' +
        'mqtt.mqueue.max_length = 50\nlistener.tcp.external = 0.0.0.0:1883\nlistener.tcp.external.max_clients = 10\nlistener.api.mgmt = 0.0.0.0:8080\n',
      'data/loaded_plugins': 'emq_auth_username.\nemq_auth_pgsql.\nemq_dashboard.\nemq_retainer.\n',
      'etc/plugins/emq_auth_pgsql.conf': 'auth.pgsql.password_hash = plain\n',
    });
    expect(home.problems).toEqual([]);
    expect(home.value('logins.refusal_code')).toBe('bad_credentials');
    expect(home.value('logins.require_credentials')).toBe(true);
    expect(home.value('listeners.tcp-external.allow_anonymous')).toBe('true');
    expect(home.value('listeners.tcp-external.connections_max')).toBe(10);
    expect(home.value('listeners.tcp-external.check_permissions')).toBe(true);
    expect(home.value('limits.inflight_max')).toBe(20);
    expect(home.value('limits.queued_messages_max')).toBe(50);
    expect(home.value('access.mnesia.type')).toBe('builtin');
    expect(home.value('access.pgsql.postgresql.password_hash')).toBe('plain');
  });

  it('finds the file of a plugin by the name that the lesson gives it', () => {
    const home = readHome({
      'etc/emq.conf': '',
      'data/loaded_plugins': '{emq_auth_pgsql, true}.\n',
      'etc/plugins/emqx-auth-pgsql.conf': 'auth.pgsql.username = mqtt\n',
    });
    expect(home.value('access.pgsql.postgresql.username')).toBe('mqtt');
  });

  it('has the switches of modules of 3.4', () => {
    const home = readHome(
      'module.presence = off\nzone.external.flapping_threshold = 10, 1m\nlistener.ws.external.verify_protocol_header = on\n',
    );
    expect(home.problems).toEqual([]);
    expect(home.value('presence.enabled')).toBe(false);
    expect(home.value('flapping.connects_max')).toBe(10);
  });
});

describe('modules', () => {
  it('have their rules and subscriptions where they are loaded', () => {
    const conf =
      'module.rewrite.rule.1 = x/# ^x/y/(.+)$ z/y/$1\nmodule.rewrite.pub.rule.2 = y/+/z/# ^y/(.+)/z/(.+)$  y/z/$2\n' +
      'module.subscription.2.topic = b/%u\nmodule.subscription.1.topic = a/%c\nmodule.subscription.1.qos = 1\n';
    const modules =
      '{emqx_mod_rewrite, true}.\n{emqx_mod_subscription, true}.\n{emqx_mod_delayed, true}.\n{emqx_mod_presence, false}.\n';
    const home = readHome({ 'etc/emqx.conf': conf, 'data/loaded_modules': modules });
    expect(home.problems).toEqual([]);
    expect(home.value('modules.rewrite.rules')).toEqual([
      'publish y/+/z/# ^y/(.+)/z/(.+)$ y/z/$2',
      'all x/# ^x/y/(.+)$ z/y/$1',
    ]);
    expect(home.value('modules.auto_subscribe.topics')).toEqual(['a/%c 1 0 0 0', 'b/%u 0 0 0 0']);
    expect(home.value('modules.delayed.enabled')).toBe(true);
    expect(home.value('presence.enabled')).toBe(false);
    expect(home.value('access.acl.type')).toBeUndefined();
    expect(readHome(conf).value('modules.rewrite.rules')).toBeUndefined();
  });
});

describe('sources that are not loaded', () => {
  const mysql = 'auth.mysql.server = 10.0.0.1:3306\n';

  it('are sections that are switched off, and mistakes in their files are nobody’s trouble', () => {
    const home = readHome({ 'etc/emqx.conf': '', 'etc/plugins/emqx_auth_mysql.conf': mysql });
    expect(home.value('access.mysql.enabled')).toBe(false);
    expect(home.value('access.mysql.mysql.server')).toBe('10.0.0.1:3306');
    const wrong = readHome({
      'etc/emqx.conf': '',
      'etc/plugins/emqx_auth_mysql.conf': `${mysql}auth.mysql.srever = x\n`,
    });
    expect(wrong.problems).toEqual([]);
    expect(wrong.value('access.mysql.type')).toBeUndefined();
  });
});
