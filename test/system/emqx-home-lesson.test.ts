/** A lesson about EMQTT 2.3 with logins from PostgreSQL, its files and programs as it prints them, save for ports. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type mqttModule from 'mqtt';
import { describe, expect, it, onTestFinished } from 'vitest';
import { until } from '../listeners/listening.ts';
import { lacksPostgresql } from '../services/postgresql.ts';
import { emptyHome } from './emqx-homes.ts';
import { postgresqlWithTables } from './sql-lesson.ts';

const require = createRequire(import.meta.url);

const missing = lacksPostgresql() ? ' (skipped: postgresql is not installed)' : '';

describe.skipIf(lacksPostgresql())(`a lesson about EMQTT 2.3${missing}`, () => {
  it('refuses who shows nothing with "Bad username or password", and lets in who is in the table', async () => {
    const server = await postgresqlWithTables();
    onTestFinished(() => server.remove());
    const home = await emptyHome('tcp.external');
    home.write({
      // As in 2.3, everybody would come in but for the plugin.
      'etc/emq.conf': 'mqtt.allow_anonymous = true\nmqtt.acl_nomatch = allow\nlistener.tcp.external = 0.0.0.0:1883\n',
      'etc/plugins/emqx-auth-pgsql.conf': `auth.pgsql.server = 127.0.0.1:${server.port}
auth.pgsql.username = mqtt
auth.pgsql.password = mqtt
auth.pgsql.database = mqtt
auth.pgsql.auth_query = select password from mqtt_user where username = '%u' limit 1
auth.pgsql.password_hash = plain
# auth.pgsql.acl_query = select allow, ipaddr, username, clientid, access, topic from mqtt_acl
`,
      'etc/acl.conf': '{allow, all}.\n',
      'data/loaded_plugins': 'emq_retainer.\nemq_dashboard.\n',
    });
    const started = await home.run('emqttd', 'start');
    expect(started).toMatchObject({ code: 0, err: '' });
    expect(started.out).toMatch(/^emqttd \S.* is started successfully!\n$/);
    expect(await home.run('emqttd', 'ctl', 'plugins', 'load', 'emq_auth_pgsql')).toEqual({
      code: 0,
      out: 'Start apps: [emq_auth_pgsql]\nPlugin emq_auth_pgsql loaded successfully.\n',
      err: '',
    });
    // After the next start it is so again.
    expect(readFileSync(join(home.path, 'data/loaded_plugins'), 'utf8')).toContain('{emqx_auth_pgsql, true}.\n');
    const mqtt = require('mqtt') as typeof mqttModule;
    const said = async (options?: mqttModule.IClientOptions): Promise<string> => {
      const client = mqtt.connect(`mqtt://127.0.0.1:${home.ports.get('tcp.external')}`, options);
      onTestFinished(async () => {
        await client.endAsync(true);
      });
      let text = '';
      client.on('connect', (connack) => {
        text ||= `return code: ${connack.returnCode}, sessionPresent: ${connack.sessionPresent}`;
        client.end();
      });
      client.on('error', (error) => {
        text ||= `${error}`;
      });
      await until(() => text !== '', 'an answer', 10_000);
      return text;
    };
    expect(await said()).toMatch(/Connection refused: Bad username or password/);
    expect(await said({ username: 'testuser', password: 'wrong' })).toMatch(/Bad username or password/);
    expect(await said({ username: 'testuser', password: '123456' })).toBe('return code: 0, sessionPresent: false');
    expect(await home.run('emqttd', 'stop')).toMatchObject({ code: 0, out: 'ok\n' });
  });
});
