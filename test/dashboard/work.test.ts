/** The dashboard on a real broker: what somebody does with it on the first day, from the first login to the last. */

import { readFileSync } from 'node:fs';
import type { IClientOptions } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hoopoe, startHoopoe } from '../system/executable.ts';
import { lacksBrowser, logIn, needingBrowser, openBrowser, openTab, type RunningBrowser } from './browser.ts';
import { addUser, enter, mqttClient, PASSWORD, pageAddress, patience, withoutSources, yaml } from './real-broker.ts';

let running: RunningBrowser;

describe.skipIf(lacksBrowser())(needingBrowser('the dashboard of a real broker'), { timeout: 180_000 }, () => {
  beforeAll(async () => {
    running = await openBrowser();
  });
  afterAll(() => running?.close());

  it('refuses a wrong login, asks for another password, and switches its language', async () => {
    const url = await pageAddress(await startHoopoe([], { yaml }));
    const { page, context, problems } = await openTab(running.browser, `${url}/settings?q=keep`);
    await logIn(page, 'admin', 'wrong');
    await page.getByText('Wrong name or password').waitFor();
    expect(problems, 'a refusal is an answer, and nothing to complain of').toEqual([]);
    await logIn(page, 'admin', 'public');
    await page.getByRole('heading', { name: 'Choose a password' }).waitFor();
    await page.reload();
    await page.getByLabel('Current password').fill('public');
    await page.getByRole('textbox', { name: 'New password', exact: true }).fill(PASSWORD);
    await page.getByRole('textbox', { name: 'New password once more' }).fill('another one 12345');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('The two new passwords differ').waitFor();
    await page.getByRole('textbox', { name: 'New password once more' }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Change the password' }).click();
    // The address from before the login is still the one that is shown.
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    expect(page.url()).toContain('q=keep');
    await page.getByRole('button', { name: '中文' }).click();
    await page.getByRole('heading', { level: 1, name: '设置' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: '设置' }).waitFor();
    expect(await page.getAttribute('html', 'lang')).toBe('zh-CN');
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    await page.getByRole('button', { name: 'admin' }).click();
    await page.getByRole('menuitem', { name: '退出' }).click();
    await page.getByRole('button', { name: '登录' }).waitFor();
    expect(problems).toEqual([]);
  });

  it('adds a user who then logs in, is found, watched, disconnected and banned', async () => {
    const broker = await startHoopoe([], { yaml });
    const url = await pageAddress(broker);
    const { page, problems } = await openTab(running.browser, url);
    await enter(page);
    await addUser(page, url, 'sensor', 'sensor-password');
    const options = {
      clientId: 'line 1/<b>7</b>.v2',
      username: 'sensor',
      password: 'sensor-password',
      will: undefined,
    };
    const client = mqttClient(broker, options as IClientOptions);
    await expect.poll(() => client.connected, patience).toBe(true);
    await client.subscribeAsync('orders/#');
    await page.getByRole('link', { name: 'Clients' }).first().click();
    await page.getByRole('searchbox').fill('<b>7');
    await page.getByRole('link', { name: options.clientId }).click();
    await page.getByRole('tab', { name: 'Subscriptions' }).click();
    await page.getByRole('cell', { name: 'orders/#', exact: true }).waitFor();
    await page.getByRole('tab', { name: 'Packets' }).click();
    await page.getByText('Waiting for the next packet').waitFor();
    await expect
      .poll(async () => {
        await client.publishAsync('orders/new', '<i>42</i>');
        return page.getByText('<i>42</i>').count();
      }, patience)
      .toBeGreaterThan(0);
    const closed = new Promise<void>((resolve) => client.once('close', resolve));
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click();
    await closed;
    await page.goto(`${url}/bans`);
    await page.getByRole('button', { name: 'Add a ban' }).click();
    await page.getByRole('dialog').getByLabel('Who').fill(options.clientId);
    await page.getByRole('dialog').getByRole('button', { name: 'Ban' }).click();
    await page.getByRole('cell', { name: options.clientId, exact: true }).waitFor();
    const refused = mqttClient(broker, options as IClientOptions);
    await new Promise<void>((resolve) => refused.once('close', resolve));
    expect(refused.connected).toBe(false);
    await page.goto(`${url}/audit`);
    await page.getByText('new user "sensor"').waitFor();
    expect(problems, 'a session that has ended is not asked for again').toEqual([]);
  });

  it('starts a login source under Plugins, adds a user, and lets that user in', async () => {
    const broker = await startHoopoe([], { yaml: withoutSources });
    const url = await pageAddress(broker);
    const { page, problems } = await openTab(running.browser, url);
    await enter(page);
    await page.getByRole('link', { name: 'Plugins' }).first().click();
    await page.getByRole('searchbox').fill('mnesia');
    await page.getByRole('button', { name: 'Start emqx_auth_mnesia' }).click();
    await page.getByRole('button', { name: 'Stop emqx_auth_mnesia' }).waitFor();
    await addUser(page, url, 'testuser', '123456');
    const wrong = mqttClient(broker, { username: 'testuser', password: 'wrong' });
    await new Promise<void>((resolve) => wrong.once('close', resolve));
    expect(wrong.connected).toBe(false);
    const client = mqttClient(broker, { clientId: 'lesson', username: 'testuser', password: '123456' });
    await expect.poll(() => client.connected, patience).toBe(true);
    await page.goto(`${url}/clients`);
    await page.getByRole('link', { name: 'lesson' }).waitFor();
    expect(problems).toEqual([]);
  });

  it('publishes and subscribes from the page with both versions, and shows it as topics and retained messages', async () => {
    const broker = await startHoopoe([], { yaml });
    const url = await pageAddress(broker);
    const { page, problems } = await openTab(running.browser, url);
    await enter(page);
    await addUser(page, url, 'page', 'page-password');
    for (const version of ['MQTT 5.0', 'MQTT 3.1.1']) {
      await page.goto(`${url}/websocket`);
      await page.getByLabel('Version').selectOption(version);
      await page.getByRole('textbox', { name: 'User name' }).fill('page');
      await page.getByRole('textbox', { name: 'Password' }).fill('page-password');
      await page.getByRole('button', { name: 'Connect', exact: true }).click();
      await page.getByRole('button', { name: 'Subscribe', exact: true }).click();
      await page.getByRole('button', { name: 'Unsubscribe demo/#' }).waitFor();
      if (version === 'MQTT 5.0') {
        await page.getByText('Properties', { exact: true }).click();
        await page.getByLabel('User properties').fill('colour: <u>red</u>');
      }
      await page.getByLabel('Retain', { exact: true }).check();
      await page.getByRole('textbox', { name: 'Payload' }).fill(`{"from": "${version}"}`);
      await page.getByRole('button', { name: 'Publish', exact: true }).click();
      await page.getByText('received', { exact: true }).waitFor();
      if (version === 'MQTT 5.0')
        await page.getByRole('list', { name: 'Messages' }).getByText('colour: <u>red</u>').waitFor();
    }
    await page.goto(`${url}/retained?topic=demo/hello`);
    await page.getByText('"from": "MQTT 3.1.1"').waitFor();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No message is retained').waitFor();
    await page.goto(`${url}/topics`);
    await page.getByText('Waiting for messages').waitFor();
    const client = mqttClient(broker, { username: 'page', password: 'page-password' });
    await expect.poll(() => client.connected, patience).toBe(true);
    await expect
      .poll(async () => {
        await client.publishAsync('site/hall/celsius', '21.5');
        return page.getByRole('treeitem', { name: 'site' }).count();
      }, patience)
      .toBe(1);
    await page.goto(`${url}/topics?topic=site/hall/celsius`);
    await page.getByText('Waiting for a message').waitFor();
    await expect
      .poll(async () => {
        await client.publishAsync('site/hall/celsius', String(20 + Math.random()));
        return page.getByRole('img', { name: /^value/ }).count();
      }, patience)
      .toBe(1);
    await page.getByText('Show what changed').waitFor();
    expect(problems).toEqual([]);
  });

  it('connects several clients from the page at once, each with messages of its own', async () => {
    const broker = await startHoopoe([], { yaml: withoutSources });
    const url = await pageAddress(broker);
    const { page, problems } = await openTab(running.browser, url);
    await enter(page);
    await page.goto(`${url}/websocket`);
    for (let number = 1; number <= 3; number++) {
      if (number > 1) await page.getByRole('button', { name: 'One more client' }).click();
      await page.getByRole('textbox', { name: 'Client identifier' }).fill(`page-${number}`);
      await page.getByRole('button', { name: 'Connect', exact: true }).click();
      await page.getByRole('button', { name: 'Subscribe', exact: true }).click();
      await page.getByRole('button', { name: 'Unsubscribe demo/#' }).waitFor();
    }
    const client = mqttClient(broker, {});
    await expect.poll(() => client.connected, patience).toBe(true);
    await client.publishAsync('demo/all', 'for all three');
    for (let number = 3; number >= 1; number--) {
      await page.getByRole('tab', { name: new RegExp(`page-${number}`) }).click();
      await page.getByRole('list', { name: 'Messages' }).getByText('for all three').waitFor();
    }
    // They go on while another view is looked at.
    await page.getByRole('link', { name: 'Clients' }).first().click();
    for (const name of ['page-1', 'page-2', 'page-3']) await page.getByRole('link', { name, exact: true }).waitFor();
    expect(problems).toEqual([]);
  });

  it('saves a backup of what the broker keeps', async () => {
    const url = await pageAddress(await startHoopoe([], { yaml }));
    const { page, problems } = await openTab(running.browser, url);
    await enter(page);
    await addUser(page, url, 'kept-in-the-backup', 'a password');
    await page.goto(url);
    await page.getByRole('button', { name: 'Save a backup' }).click();
    await page.getByRole('dialog').getByText('password hashes').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('dialog').getByRole('button', { name: 'Save a backup' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^hoopoe-.*\d{4}-\d{2}-\d{2}/);
    const bytes = readFileSync(await download.path());
    expect(bytes.includes('kept-in-the-backup')).toBe(true);
    expect(problems).toEqual([]);
  });

  it('ends a session, says so, and shows the client again when it is back', async () => {
    const broker = await startHoopoe([], { yaml: withoutSources });
    const url = await pageAddress(broker);
    const { page, problems } = await openTab(running.browser, url);
    await enter(page);
    const clientId = 'comes/and goes';
    const client = mqttClient(broker, { clientId });
    await expect.poll(() => client.connected, patience).toBe(true);
    await page.goto(`${url}/clients/${encodeURIComponent(clientId)}`);
    await page.getByRole('button', { name: 'End the session' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'End the session' }).click();
    await page.getByText('There is no session of this client').waitFor();
    mqttClient(broker, { clientId });
    await page.getByText('Clean start').waitFor();
    await page.getByRole('button', { name: 'Disconnect' }).waitFor();
    expect(problems, 'nothing is asked for that is known to be gone').toEqual([]);
  });

  it.for(['state', 'subscriptions', 'queue', 'tap'])(
    'says that a client has ended by itself, without a complaint: %s',
    async (tab) => {
      const broker = await startHoopoe([], { yaml: withoutSources });
      const url = await pageAddress(broker);
      const { page, problems } = await openTab(running.browser, url);
      await enter(page);
      const client = mqttClient(broker, { clientId: 'ends by itself' });
      await expect.poll(() => client.connected, patience).toBe(true);
      await page.goto(`${url}/clients/ends%20by%20itself?tab=${tab}`);
      await page.getByRole('button', { name: 'Disconnect' }).waitFor();
      await client.endAsync();
      await page.getByText('There is no session of this client').waitFor();
      // Whatever is asked again is asked at least once more.
      await page.waitForTimeout(4000);
      expect(problems).toEqual([]);
    },
  );

  it('gives out keys and logins, and shows a viewer nothing that only others may do', async () => {
    const broker = await startHoopoe([], { yaml });
    const url = await pageAddress(broker);
    const admin = await openTab(running.browser, url);
    await enter(admin.page);
    const dialog = admin.page.getByRole('dialog');
    await admin.page.goto(`${url}/api-keys`);
    await admin.page.getByRole('button', { name: 'Make a key' }).click();
    await dialog.getByLabel('Name').fill('monitoring');
    await dialog.getByRole('button', { name: 'Make', exact: true }).click();
    const token = await dialog.locator('pre').first().textContent();
    const answer = await fetch(`${url}/api/v1/overview`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
    await admin.page.goto(`${url}/settings`);
    await admin.page.getByRole('button', { name: 'Check a configuration' }).click();
    await dialog.getByRole('textbox').fill('listeners: { tcp: { port: high } }');
    await dialog.getByRole('button', { name: 'Check', exact: true }).click();
    await dialog.getByRole('alert').getByText('port').waitFor();
    await admin.page.goto(`${url}/access?tab=explain`);
    await admin.page.getByLabel('Client identifier').fill('somebody');
    await admin.page.getByLabel('Topic or topic filter').fill('a/b');
    await admin.page.getByRole('button', { name: 'Explain' }).click();
    await admin.page.getByText(/^(allowed|refused)$/).waitFor();
    await admin.page.goto(`${url}/logins`);
    await admin.page.getByRole('button', { name: 'Add a login' }).click();
    await dialog.getByRole('textbox', { name: 'Name' }).fill('looker');
    await dialog.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await admin.page.getByRole('cell', { name: 'looker', exact: true }).waitFor();
    mqttClient(broker, { clientId: 'seen' });
    const viewer = await openTab(running.browser, url);
    await logIn(viewer.page, 'looker', PASSWORD);
    await viewer.page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    for (const [address, heading] of [
      ['/clients', 'Clients'],
      ['/topics', 'Topics'],
      ['/access', 'Access'],
      ['/plugins', 'Plugins'],
      ['/settings', 'Settings'],
    ] as const) {
      await viewer.page.goto(url + address);
      await viewer.page.getByRole('heading', { level: 1, name: heading }).waitFor();
    }
    await viewer.page.goto(`${url}/logs`);
    await viewer.page.getByText('Your role may not see this').waitFor();
    expect(await viewer.page.getByRole('link', { name: /Logs|Audit log|API keys|Logins/ }).count()).toBe(0);
    expect(viewer.problems).toEqual([]);
    expect(admin.problems).toEqual([]);
  });

  it('ends the session when the password changes elsewhere, without a complaint', async () => {
    const url = await pageAddress(await startHoopoe([], { yaml: withoutSources }));
    const { page, problems } = await openTab(running.browser, `${url}/clients`);
    await enter(page, 'Clients');
    const other = await openTab(running.browser, url);
    await logIn(other.page, 'admin', PASSWORD);
    await other.page.getByRole('button', { name: 'admin' }).click();
    await other.page.getByRole('menuitem', { name: 'Change the password' }).click();
    const dialog = other.page.getByRole('dialog');
    await dialog.getByLabel('Current password').fill('not the one');
    await dialog.getByRole('textbox', { name: 'New password', exact: true }).fill(`${PASSWORD} more`);
    await dialog.getByRole('textbox', { name: 'New password once more' }).fill(`${PASSWORD} more`);
    await dialog.getByRole('button', { name: 'Change the password' }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByLabel('Current password').fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Change the password' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Log in' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Log in' }).waitFor();
    expect([problems, other.problems]).toEqual([[], []]);
  });

  it('says that the broker is gone, and goes on when it is back', async () => {
    const first = await startHoopoe([], { yaml });
    const url = await pageAddress(first);
    const { page, problems } = await openTab(running.browser, url);
    await enter(page);
    first.program.child.kill('SIGTERM');
    await page.getByText('The connection to the broker is lost').waitFor();
    await expect.poll(() => first.program.ended, patience).toBeDefined();
    // Views that were never open, and what asks again and again, wait for the broker without a complaint.
    await page.getByRole('link', { name: 'Bridges' }).first().click();
    await page.waitForTimeout(6000);
    const { port } = new URL(url);
    const again = hoopoe([], {
      yaml: yaml.replace('management: { port: 0 }', `management: { port: ${port} }`),
      dataDirectory: first.dataDirectory,
    });
    await pageAddress(again);
    // Sessions of the page end with the broker; the password that was chosen does not.
    await page.getByRole('button', { name: 'Log in' }).waitFor();
    await logIn(page, 'admin', PASSWORD);
    await page.getByRole('heading', { level: 1, name: 'Bridges' }).waitFor();
    await page.getByText('The connection to the broker is lost').waitFor({ state: 'detached' });
    expect(problems).toEqual([]);
  });
});
