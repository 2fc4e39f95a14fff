/** What every list can do: search, filters, sorting, columns of one's choice, copying; and all of it survives a reload. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  lacksBrowser,
  logIn,
  needingBrowser,
  openBrowser,
  openTab,
  type RunningBrowser,
  startFakeApi,
} from './browser.ts';

const lists = [
  '/clients',
  '/subscriptions',
  '/alarms',
  '/access',
  '/access?tab=users',
  '/access?tab=permissions',
  '/bans',
  '/plugins',
  '/listeners',
  '/bridges',
  '/settings',
  '/audit',
  '/api-keys',
  '/logins',
];

let running: RunningBrowser;

describe.skipIf(lacksBrowser())(needingBrowser('lists of the dashboard'), { timeout: 180_000 }, () => {
  beforeAll(async () => {
    running = await openBrowser();
  });
  afterAll(() => running?.close());

  it('sorts, filters and shows the columns that are chosen, also after a reload', async () => {
    const url = await startFakeApi(200);
    const { page, problems } = await openTab(running.browser, `${url}/clients`);
    await logIn(page, 'admin', 'secret-of-tests');
    const first = page.locator('tbody tr').first();
    await first.waitFor();
    await page.getByRole('button', { name: 'Messages in' }).click();
    await page.getByRole('button', { name: 'Messages in' }).click();
    const sorted = page.getByRole('columnheader', { name: 'Messages in' });
    await expect.poll(() => sorted.getAttribute('aria-sort')).toBe('descending');
    await first.getByText('device-000199').waitFor();
    await page.getByRole('combobox', { name: 'State' }).selectOption('Away');
    await page.getByText(/of 2\d$/).waitFor();
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Keep alive' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Queued' }).click();
    await page.keyboard.press('Escape');
    await page.reload();
    await page.getByRole('columnheader', { name: 'Keep alive' }).waitFor();
    expect(await page.getByRole('columnheader', { name: 'Queued' }).count()).toBe(0);
    expect(await sorted.getAttribute('aria-sort')).toBe('descending');
    await page.getByText(/of 2\d$/).waitFor();
    expect(await page.getByText('connected', { exact: true }).count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it('has a search in each list, and copies its rows as text for a spreadsheet', async () => {
    const url = await startFakeApi(12);
    const { page, context, problems } = await openTab(running.browser, `${url}/clients`);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await logIn(page, 'admin', 'secret-of-tests');
    await page.locator('#main').waitFor();
    for (const address of lists) {
      await page.goto(url + address);
      await page.locator('tbody tr').first().waitFor();
      const rows = await page.locator('tbody tr').count();
      await page.getByRole('button', { name: 'Copy the rows' }).click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      const copied = await page.evaluate<string>('navigator.clipboard.readText()');
      expect(copied.split('\n').length, `${address}: a line of titles and one for each row`).toBe(rows + 1);
      await page.getByRole('searchbox').fill('nothing is called this');
      await page.locator('tbody tr').first().waitFor({ state: 'detached' });
      expect(new URL(page.url()).searchParams.get('q'), address).toBe('nothing is called this');
    }
    expect(problems).toEqual([]);
  });
});
