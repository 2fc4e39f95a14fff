/** Changing options of a real broker in the page: what fits and what does not, at once or after a restart, and back again. */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHoopoe } from '../system/executable.ts';
import {
  accessibilityProblems,
  chinese,
  keepPicture,
  lacksBrowser,
  logIn,
  needingBrowser,
  openBrowser,
  openTab,
  type RunningBrowser,
} from './browser.ts';
import { enter, PASSWORD, pageAddress, yaml } from './real-broker.ts';

let running: RunningBrowser;

async function change(page: Page, path: string): Promise<void> {
  await page.getByRole('searchbox').fill(path);
  await page.getByRole('button', { name: `Change ${path}`, exact: true }).click();
}

async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Review and save' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

describe.skipIf(lacksBrowser())(needingBrowser('options in the dashboard'), { timeout: 180_000 }, () => {
  beforeAll(async () => {
    running = await openBrowser();
  });
  afterAll(() => running?.close());

  it('changes options at once and after a restart, says what does not fit, and takes changes back', async () => {
    const broker = await startHoopoe([], { yaml });
    const url = await pageAddress(broker);
    const { page, problems } = await openTab(running.browser, `${url}/settings`);
    await enter(page, 'Settings');
    await change(page, 'limits.messages_per_second_max');
    const rate = page.getByRole('textbox', { name: 'limits.messages_per_second_max', exact: true });
    await rate.fill('-7');
    await page.getByText(/allowed: a whole number/).waitFor();
    await keepPicture(page, 'settings-wrong');
    await rate.fill('250');
    await page.getByText(/allowed: a whole number/).waitFor({ state: 'detached' });
    await change(page, 'mqtt.retain_available');
    await page.getByRole('switch', { name: 'mqtt.retain_available' }).press('Space');
    await page.getByText('2 changes are not saved yet').waitFor();
    await page.getByRole('button', { name: 'Review and save' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('250').waitFor();
    await dialog.getByText('needs a restart').first().waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await keepPicture(page, 'settings-review');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('These changes wait for a restart').waitFor();
    await page.getByRole('searchbox').fill('limits.messages_per_second_max');
    await page.getByText(/settings\.yaml:/).waitFor();
    await page.reload();
    await page.getByText('250', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Reset limits.messages_per_second_max' }).click();
    await save(page);
    await page.getByText(/settings\.yaml:/).waitFor({ state: 'detached' });
    expect(problems).toEqual([]);
  });

  it('shows the options in Chinese, and nobody but an administrator a field', async () => {
    const broker = await startHoopoe([], { yaml });
    const url = await pageAddress(broker);
    const admin = await openTab(running.browser, url);
    await enter(admin.page);
    await admin.page.evaluate(`fetch('/api/v1/session').then((answer) => answer.json()).then(({ csrfToken }) =>
      fetch('/api/v1/dashboard-users', { method: 'POST', headers: { 'content-type': 'application/json', 'x-csrf-token': csrfToken },
        body: JSON.stringify({ name: 'looker', password: ${JSON.stringify(PASSWORD)}, role: 'viewer' }) }))`);
    const { page, problems } = await openTab(running.browser, `${url}/settings?q=limits.sessions_max`, {
      locale: 'zh-CN',
    });
    await logIn(page, 'looker', PASSWORD, chinese);
    await page.getByText('保存的会话数，包括离线客户端的会话；超出的客户端以 0x97 拒绝。').waitFor();
    expect(await page.getByRole('button', { name: /修改/ }).count()).toBe(0);
    await page.getByRole('searchbox').fill('遗嘱');
    await page.getByText('limits.connect_bytes_max').waitFor();
    expect(problems).toEqual([]);
  });
});
