/**
 * What a lesson about logins and the notices of clients that come and go does in configuration files, done with nothing but
 * the page, and the lesson's own program in Python.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks, needing, python, RunningProgram } from '../clients/programs.ts';
import { startHoopoe } from '../system/executable.ts';
import { lacksBrowser, needingBrowser, openBrowser, openTab, type RunningBrowser } from './browser.ts';
import { addUser, enter, mqttClient, pageAddress, patience, withoutSources } from './real-broker.ts';

/** As the lesson has it, but for the port, for paho 2, and for a body of its callbacks. */
const lesson = `
import sys
import paho.mqtt.client as mqtt

def on_connect(client, userdata, flags, rc):
    print("connected", rc, flush=True)

def on_message(client, userdata, msg):
    print(msg.topic, msg.payload.decode(), flush=True)

mqtt_server = "127.0.0.1"
if hasattr(mqtt, "CallbackAPIVersion"):
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION1, "surveillance_client")
else:
    client = mqtt.Client("surveillance_client")
client.username_pw_set("admin", "aoto@123")
client.on_connect = on_connect
client.on_message = on_message
client.connect(mqtt_server, int(sys.argv[1]), 600)
client.subscribe('surveillance', qos=0)
client.subscribe(r"$SYS/brokers/+/clients/#", qos=0)
client.loop_forever()
`;

let running: RunningBrowser;

describe.skipIf(lacksBrowser() || lacks('paho'))(
  needing('paho', needingBrowser('the lesson about logins and presence')),
  { timeout: 180_000 },
  () => {
    beforeAll(async () => {
      running = await openBrowser();
    });
    afterAll(() => running?.close());

    it('is followed with the page and its program alone', async () => {
      const first = await startHoopoe([], { yaml: withoutSources });
      const url = await pageAddress(first);
      const { page, problems } = await openTab(running.browser, url);
      await enter(page);
      // allow_anonymous = false
      await page.goto(`${url}/settings?q=allow_anonymous&group=general`);
      await page.getByRole('button', { name: 'Change allow_anonymous', exact: true }).click();
      await page.getByRole('combobox', { name: 'allow_anonymous' }).selectOption('false');
      await page.getByRole('button', { name: 'Review and save' }).click();
      await page.getByRole('dialog').getByText('needs a restart').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved. In effect after a restart: allow_anonymous').waitFor();
      // The plugin, in the page's Chinese as the lesson shows it.
      await page.getByRole('button', { name: '中文' }).click();
      await page.getByRole('link', { name: '插件' }).first().click();
      await page.getByRole('searchbox').fill('mnesia');
      await page.getByRole('button', { name: '启动 emqx_auth_mnesia' }).click();
      await page.getByRole('button', { name: '停止 emqx_auth_mnesia' }).waitFor();
      await page.getByRole('button', { name: 'English' }).click();
      // auth.user.1.username and password
      await addUser(page, url, 'admin', 'aoto@123');
      // {allow, {user, "admin"}, subscribe, ["$SYS/#"]}.
      await page.goto(`${url}/access?tab=permissions`);
      await page.getByLabel('Permissions of').selectOption('username');
      const name = page.getByRole('combobox', { name: 'Name' });
      await name.fill('admin');
      await name.press('Enter');
      await page.getByRole('button', { name: 'Add a permission' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Action').selectOption('subscribe');
      await dialog.getByRole('textbox', { name: 'Topic filter' }).fill('$SYS/#');
      await dialog.getByRole('button', { name: 'Add', exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
      expect(problems).toEqual([]);
      // The service is started anew, as the lesson does.
      first.program.child.kill('SIGTERM');
      await expect.poll(() => first.program.ended, patience).toBeDefined();
      const broker = await startHoopoe([], { yaml: withoutSources, dataDirectory: first.dataDirectory });
      const stranger = mqttClient(broker, { clientId: 'stranger' });
      await new Promise<void>((resolve) => stranger.once('close', resolve));
      expect(stranger.connected, 'nobody comes in without a login').toBe(false);
      const program = new RunningProgram(python, ['-c', lesson, String(broker.ports.get('tcp'))]);
      await expect.poll(() => program.text, patience).toContain('connected 0');
      const other = mqttClient(broker, { clientId: '654321', username: 'admin', password: 'aoto@123', keepalive: 600 });
      await expect.poll(() => program.text, patience).toMatch(/\$SYS\/brokers\/.*\/clients\/654321\/connected/);
      const notice =
        /clients\/654321\/connected (\{.*\})/.exec(program.text.replaceAll(/\n(?!\$SYS)/g, ' '))?.[1] ?? '{}';
      expect(JSON.parse(notice)).toMatchObject({
        username: 'admin',
        proto_ver: 4,
        keepalive: 600,
        ipaddress: '127.0.0.1',
        clientid: '654321',
        clean_start: true,
        connack: 0,
      });
      await other.endAsync(true);
      await expect.poll(() => program.text, patience).toMatch(/\$SYS\/brokers\/.*\/clients\/654321\/disconnected/);
    });
  },
);
