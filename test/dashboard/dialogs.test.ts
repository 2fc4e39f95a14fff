/** Every dialog and menu of the page, opened on a screen and on a phone: accessible, inside the screen, and closed with Escape. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  accessibilityProblems,
  keepPicture,
  type Look,
  lacksBrowser,
  logIn,
  needingBrowser,
  openBrowser,
  openTab,
  type RunningBrowser,
  startFakeApi,
} from './browser.ts';

const client = '/clients/device-000006';

/** Address, the button that opens, and the title of what it opens. */
const dialogs: readonly (readonly [string, string, string])[] = [
  [client, 'Disconnect', 'Disconnect'],
  [client, 'End the session', 'End the session'],
  [client, 'Ban', 'Ban'],
  [`${client}?tab=subscriptions`, 'Delete the subscription site/6/device/6/#', 'Delete the subscription'],
  ['/', 'Save a backup', 'Save a backup'],
  ['/retained?topic=site/1/sensor/13/temperature', 'Delete', 'Delete'],
  ['/retained?topic=site/1/sensor/13/temperature', 'Delete all below', 'Delete all below'],
  ['/access?tab=users', 'Add a user', 'Add a user'],
  ['/access?tab=users', 'Change <img src=x onerror=window.broken=1>', 'Change'],
  ['/access?tab=users', 'Remove <img src=x onerror=window.broken=1>', 'Remove'],
  ['/access?tab=permissions', 'Add a permission', 'Add a permission'],
  ['/access?tab=permissions', 'Remove site/%u/#', 'Remove'],
  ['/bans', 'Add a ban', 'Add a ban'],
  ['/bans', 'Lift the ban of 203.0.113.0/24', 'Lift'],
  ['/plugins', 'Stop builtin_database', 'Stop builtin_database'],
  ['/listeners', 'Stop tcp:default', 'Stop tcp:default'],
  ['/bridges', 'Stop cloud', 'Stop cloud'],
  ['/bridges', 'Add a bridge', 'Add a bridge'],
  ['/bridges', 'Change cloud', 'Change cloud'],
  ['/bridges', 'Remove cloud', 'Remove cloud'],
  ['/listeners', 'Add a listener', 'Add a listener'],
  ['/access', 'Add a source', 'Add a source'],
  ['/access', 'Remove builtin', 'Remove builtin'],
  ['/settings', 'Check a configuration', 'Check a configuration'],
  ['/alarms', 'Clear the alarm access_source_down/postgresql', 'Clear the alarm'],
  ['/api-keys', 'Make a key', 'Make a key'],
  ['/api-keys', 'Delete the key grafana', 'Delete'],
  ['/logins', 'Add a login', 'Add a login'],
  ['/logins', 'Change admin', 'Change'],
];

const looks: readonly (readonly [string, Look])[] = [
  ['light', {}],
  ['dark on a phone', { width: 390, scheme: 'dark' }],
];

let running: RunningBrowser;

describe.skipIf(lacksBrowser())(needingBrowser('dialogs of the dashboard'), { timeout: 240_000 }, () => {
  beforeAll(async () => {
    running = await openBrowser();
  });
  afterAll(() => running?.close());

  it.for(looks)('are accessible, fit the screen and end with Escape: %s', async ([name, look]) => {
    const url = await startFakeApi(12);
    const { page, problems } = await openTab(running.browser, `${url}/clients`, look);
    await logIn(page, 'admin', 'secret-of-tests');
    await page.locator('#main').waitFor();
    const dialog = page.getByRole('dialog');
    for (const [address, button, title] of dialogs) {
      const where = `${button} of ${address}`;
      if (!page.url().endsWith(address)) await page.goto(url + address);
      await page.getByRole('button', { name: button, exact: true }).click();
      await dialog.getByRole('heading', { name: title }).waitFor();
      expect(await accessibilityProblems(page), where).toEqual([]);
      await keepPicture(page, `dialog ${name} ${address} ${button}`.replaceAll(/[^a-z0-9]+/gi, '-'));
      const box = await dialog.boundingBox();
      expect((box?.x ?? -1) >= 0 && (box?.width ?? 0) <= (look.width ?? 1360), `${where} fits`).toBe(true);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    }
    await page.goto(`${url}/clients`);
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Keep alive' }).waitFor();
    expect(await accessibilityProblems(page), 'the menu of columns').toEqual([]);
    await keepPicture(page, `dialog-${name}-columns`.replaceAll(' ', '-'));
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'admin', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Log out' }).waitFor();
    expect(await accessibilityProblems(page), 'the menu of the login').toEqual([]);
    await page.getByRole('menuitem', { name: 'Change the password' }).click();
    await dialog.getByLabel('Current password').waitFor();
    expect(await accessibilityProblems(page), 'another password').toEqual([]);
    await keepPicture(page, `dialog-${name}-password`.replaceAll(' ', '-'));
    await page.keyboard.press('Escape');
    if (look.width !== undefined) {
      await page.getByRole('button', { name: 'Menu' }).click();
      await dialog.getByRole('link', { name: 'Bridges' }).waitFor();
      expect(await accessibilityProblems(page), 'the list of views').toEqual([]);
      await keepPicture(page, `dialog-${name}-menu`.replaceAll(' ', '-'));
    }
    expect(problems).toEqual([]);
  });
});
