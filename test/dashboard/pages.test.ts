/**
 * Every view, opened in a real browser in both languages, both themes and on a phone: its own address, no complaint in the
 * console, a clean accessibility check, nothing wider than the screen, and names of clients that are only text.
 */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  accessibilityProblems,
  chinese,
  english,
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

/** Address, and the heading in English and in Chinese. */
const views: readonly (readonly [string, string, string])[] = [
  ['/', 'Overview', '概览'],
  ['/clients', 'Clients', '客户端'],
  ['/clients/device-000006', 'device-000006', 'device-000006'],
  ['/clients/device-000006?tab=subscriptions', 'device-000006', 'device-000006'],
  ['/clients/device-000006?tab=queue', 'device-000006', 'device-000006'],
  ['/clients/device-000006?tab=tap', 'device-000006', 'device-000006'],
  ['/subscriptions', 'Subscriptions', '订阅'],
  ['/topics?topic=site/1/sensor/13/temperature', 'Topics', '主题'],
  ['/retained?topic=site/1/sensor/13/temperature', 'Retained messages', '保留消息'],
  ['/top', 'Busiest', '排行'],
  ['/alarms', 'Alarms', '告警'],
  ['/websocket', 'WebSocket client', 'WebSocket 客户端'],
  ['/start', 'First steps', '快速开始'],
  ['/access', 'Access', '访问控制'],
  ['/access?tab=users', 'Access', '访问控制'],
  ['/access?tab=permissions', 'Access', '访问控制'],
  ['/access?tab=explain', 'Access', '访问控制'],
  ['/bans', 'Bans', '封禁'],
  ['/plugins', 'Plugins', '插件'],
  ['/plugins/builtin_database', 'builtin_database', 'builtin_database'],
  ['/plugins/auth_pgsql', 'auth_pgsql', 'auth_pgsql'],
  ['/listeners', 'Listeners', '监听器'],
  ['/bridges', 'Bridges', '桥接'],
  ['/settings', 'Settings', '设置'],
  ['/logs', 'Logs', '日志'],
  ['/audit', 'Audit log', '审计日志'],
  ['/api-keys', 'API keys', 'API 密钥'],
  ['/logins', 'Logins', '登录账号'],
];

/** Tables that are wider than their frame, so that the last columns are out of sight. */
function cutTables(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`[...document.querySelectorAll('main table')].map(({ parentElement }) => parentElement)
    .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
    .map((frame) => frame.getAttribute('aria-label') + ' ' + frame.scrollWidth + ' > ' + frame.clientWidth)`);
}

const looks: readonly (readonly [string, Look])[] = [
  ['light in English', {}],
  ['dark in Chinese', { locale: 'zh-CN', scheme: 'dark' }],
  ['on a phone', { width: 390, scheme: 'dark' }],
];

let running: RunningBrowser;

describe.skipIf(lacksBrowser())(needingBrowser('views of the dashboard'), { timeout: 180_000 }, () => {
  beforeAll(async () => {
    running = await openBrowser();
  });
  afterAll(() => running?.close());

  it.for(looks)('are all there, accessible and without complaint: %s', { timeout: 360_000 }, async ([name, look]) => {
    const url = await startFakeApi(12);
    const isChinese = look.locale === 'zh-CN';
    const { page, problems } = await openTab(running.browser, `${url}/clients`, look);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await logIn(page, 'admin', 'secret-of-tests', isChinese ? chinese : english);
    await page.locator('#main').waitFor();
    for (const [address, inEnglish, inChinese] of views) {
      await page.goto(url + address);
      const heading = page.getByRole('heading', { level: 1, name: isChinese ? inChinese : inEnglish, exact: true });
      await heading.waitFor();
      await page.waitForLoadState('load');
      // Streams never end, so that the network is never idle; the first answers are what fills a view.
      const loaders = page.locator('main [class*=Loader]');
      await expect.poll(() => loaders.count(), { timeout: 20_000, interval: 20 }).toBe(0);
      await keepPicture(page, `${name} ${address}`.replaceAll(/[^a-z0-9]+/gi, '-'));
      expect(new URL(page.url()).pathname + new URL(page.url()).search, 'survives a reload').toBe(address);
      // Another language changes nothing but texts, and another theme nothing but colours.
      const rules = look.locale === undefined ? undefined : ['color-contrast'];
      expect(await accessibilityProblems(page, rules), address).toEqual([]);
      const widths = await page.evaluate<number[]>('[document.documentElement.scrollWidth, innerWidth]');
      expect(widths[0], `${address} is not wider than the screen`).toBeLessThanOrEqual(widths[1] ?? 0);
      if (look.width === undefined) expect(await cutTables(page), `${address} shows its tables whole`).toEqual([]);
      expect(await page.evaluate('window.broken'), `${address} ran what a client is called`).toBeUndefined();
      expect(problems, address).toEqual([]);
    }
  });

  it('shows hostile names as text, and follows their links', async () => {
    const url = await startFakeApi(10);
    const { page, problems } = await openTab(running.browser, `${url}/clients`);
    await logIn(page, 'admin', 'secret-of-tests');
    await page.locator('#main').waitFor();
    for (const name of [
      '<img src=x onerror=window.broken=1>',
      '"><script>window.broken=1</script>',
      '设备/../../etc',
    ]) {
      await page.goto(`${url}/clients`);
      await page.getByRole('link', { name, exact: true }).click();
      await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
      await page.reload();
      await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
      await page.getByText('Clean start').waitFor();
    }
    await page.goto(`${url}/retained?topic=${encodeURIComponent('<img src=x onerror=window.broken=1>')}`);
    await page.locator('pre', { hasText: '<img src=x onerror=window.broken=1>' }).waitFor();
    expect(await page.evaluate('window.broken')).toBeUndefined();
    expect(problems).toEqual([]);
  });

  it('can be used with the keyboard alone', async () => {
    const url = await startFakeApi(10);
    const { page } = await openTab(running.browser, url);
    await page.getByLabel('Name').focus();
    await page.keyboard.type('admin');
    await page.keyboard.press('Tab');
    await page.keyboard.type('secret-of-tests');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id'), 'the first stop leads to the content').toBe('main');
    await page.getByRole('link', { name: 'Retained messages' }).first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('treeitem', { name: 'site' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('[role=treeitem][aria-level="2"]').first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(/topic=site%2F0/);
  });
});
