/** Listeners, bridges and sources of logins that are made, changed and removed in the page of a real broker. */

import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHoopoe } from '../system/executable.ts';
import {
  accessibilityProblems,
  keepPicture,
  lacksBrowser,
  needingBrowser,
  openBrowser,
  openTab,
  type RunningBrowser,
} from './browser.ts';
import { addUser, enter, mqttClient, pageAddress, patience, withoutSources } from './real-broker.ts';

let running: RunningBrowser;

async function openDialog(page: Page, button: string): Promise<Locator> {
  await page.getByRole('button', { name: button, exact: true }).click();
  return page.getByRole('dialog');
}

const field = (dialog: Locator, name: string): Locator => dialog.getByRole('textbox', { name, exact: true });

async function remove(page: Page, name: string): Promise<void> {
  const dialog = await openDialog(page, `Remove ${name}`);
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

describe.skipIf(lacksBrowser())(needingBrowser('sections in the dashboard'), { timeout: 180_000 }, () => {
  beforeAll(async () => {
    running = await openBrowser();
  });
  afterAll(() => running?.close());

  it('makes a bridge that connects at once, says in Chinese why it does not, and removes it', async () => {
    const far = await startHoopoe([], { yaml: withoutSources });
    const broker = await startHoopoe([], { yaml: withoutSources });
    const url = await pageAddress(broker);
    const { page, problems } = await openTab(running.browser, `${url}/bridges`);
    await enter(page, 'Bridges');
    const dialog = await openDialog(page, 'Add a bridge');
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('up');
    await field(dialog, 'addresses').fill(`127.0.0.1:${far.ports.get('tcp')}`);
    await field(dialog, 'topics').fill('site/# sideways');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog
      .getByText(/sideways/)
      .last()
      .waitFor();
    await field(dialog, 'topics').fill('site/# out 1');
    expect(await accessibilityProblems(page)).toEqual([]);
    await keepPicture(page, 'section-bridge');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('connected', { exact: true }).waitFor();
    const receiver = mqttClient(far, {});
    const arrived: string[] = [];
    receiver.on('message', (topic) => arrived.push(topic));
    await receiver.subscribeAsync('site/#');
    await mqttClient(broker, {}).publishAsync('site/1', 'x', { qos: 1 });
    await expect.poll(() => arrived, patience).toEqual(['site/1']);
    const changing = await openDialog(page, 'Change up');
    // The far side of this address never answers, which is a doubt that somebody may have reasons for.
    await field(changing, 'addresses').fill('127.0.0.1:1');
    await changing.getByRole('button', { name: 'Save', exact: true }).click();
    await changing.getByText('Nobody answers at 127.0.0.1:1').waitFor();
    await changing.getByRole('button', { name: 'Save all the same' }).click();
    await changing.waitFor({ state: 'detached' });
    await page.getByText('127.0.0.1:1 cannot be reached').waitFor();
    await page.getByRole('button', { name: '中文' }).click();
    await page.getByText('无法连接 127.0.0.1:1').waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    await remove(page, 'up');
    await page.getByText('There are no bridges').waitFor();
    expect(problems).toEqual([]);
  });

  it('makes a listener where clients connect, says that a port is taken, and closes it', async () => {
    const broker = await startHoopoe([], { yaml: withoutSources });
    const other = await startHoopoe([], { yaml: withoutSources });
    const url = await pageAddress(broker);
    const { page, problems } = await openTab(running.browser, `${url}/listeners`);
    await enter(page, 'Listeners');
    const dialog = await openDialog(page, 'Add a listener');
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('line');
    await field(dialog, 'host').fill('127.0.0.1');
    await field(dialog, 'port').fill(String(other.ports.get('tcp')));
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.getByText('is in use by another program').waitFor();
    await field(dialog, 'port').fill('0');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    const row = page.getByRole('row').filter({ hasText: 'line' });
    const address = /mqtt:\/\/127\.0\.0\.1:(\d+)/;
    const port = Number(address.exec((await row.textContent()) ?? '')?.[1]);
    const client = mqttClient(broker, { port });
    await expect.poll(() => client.connected, patience).toBe(true);
    await remove(page, 'line');
    await expect.poll(() => row.count(), patience).toBe(0);
    expect(client.connected, 'who is connected stays').toBe(true);
    await remove(page, 'ws');
    await expect.poll(() => page.getByRole('button', { name: 'Change tcp' }).count(), patience).toBe(1);
    await expect
      .poll(() => page.getByRole('button', { name: /^Remove/ }).count(), { ...patience, message: 'the last one stays' })
      .toBe(0);
    expect(problems).toEqual([]);
  });

  it('makes sources of logins, puts them in order, and asks before the last one goes', async () => {
    const broker = await startHoopoe([], { yaml: withoutSources });
    const url = await pageAddress(broker);
    const { page, problems } = await openTab(running.browser, `${url}/access`);
    await enter(page, 'Access');
    const dialog = await openDialog(page, 'Add a source');
    await dialog.getByLabel('Kind').selectOption('acl_file');
    await dialog.getByText('acl_file:').waitFor();
    await dialog.getByLabel('Kind').selectOption('builtin');
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('devices');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('cell', { name: 'devices', exact: true }).waitFor();
    await addUser(page, url, 'sensor', 'sensor-password');
    const known = mqttClient(broker, { username: 'sensor', password: 'sensor-password' });
    await expect.poll(() => known.connected, patience).toBe(true);
    await page.goto(`${url}/access`);
    await openDialog(page, 'Add a source');
    await dialog.getByLabel('Kind').selectOption('jwt');
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('tokens');
    await field(dialog, 'jwt.secret').fill('a secret of the tokens');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    const names = (): Promise<string[]> => page.locator('tbody tr td:nth-child(2)').allInnerTexts();
    await expect.poll(names, patience).toEqual(['devices', 'tokens']);
    expect(await accessibilityProblems(page)).toEqual([]);
    await keepPicture(page, 'section-sources');
    await page.getByRole('button', { name: 'Ask tokens earlier' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(names, patience).toEqual(['tokens', 'devices']);
    await remove(page, 'tokens');
    await expect.poll(names, patience).toEqual(['devices']);
    const last = await openDialog(page, 'Remove devices');
    await last.getByText('It is the last source of logins').waitFor();
    await last.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('No source is asked').waitFor();
    expect(known.connected, 'who is connected stays').toBe(true);
    expect(await page.content()).not.toContain('a secret of the tokens');
    expect(problems).toEqual([]);
  });
});
