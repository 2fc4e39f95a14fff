/** The page with very many clients, in a tab that nobody looks at, and with a broker that goes away and comes back. */

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

const CLIENTS = 50_000;
/** What a search may take from the answer of the broker to what is seen, on a machine that does much else. */
const SEARCH_MS_MAX = 3000;
const patience = { timeout: 20_000, interval: 50 };
const FIRST_LOAD_BYTES_MAX = 300 * 1024;

let running: RunningBrowser;

describe.skipIf(lacksBrowser())(needingBrowser('the dashboard under load'), { timeout: 180_000 }, () => {
  beforeAll(async () => {
    running = await openBrowser();
  });
  afterAll(() => running?.close());

  it(`finds one of ${CLIENTS} clients as somebody types`, async () => {
    const url = await startFakeApi(CLIENTS);
    const { page, problems } = await openTab(running.browser, `${url}/clients`);
    await logIn(page, 'admin', 'secret-of-tests');
    await page.getByText(/of 50,000/).waitFor();
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('search=')) asked.push(request.url());
    });
    const since = performance.now();
    await page.getByRole('searchbox').pressSequentially('device-04999', { delay: 5 });
    await page.getByText('10 of 10').waitFor();
    expect(performance.now() - since).toBeLessThan(SEARCH_MS_MAX);
    expect(asked.length, 'not each key is a question').toBeLessThan(6);
    expect(await page.locator('tbody tr').count()).toBe(10);
    expect(page.url()).toContain('q=device-04999');
    await page.reload();
    await page.getByText('10 of 10').waitFor();
    expect(problems).toEqual([]);
  });

  it('streams nothing while its tab is hidden', async () => {
    const url = await startFakeApi(10);
    const { page } = await openTab(running.browser, url);
    await logIn(page, 'admin', 'secret-of-tests');
    const open = async (): Promise<number> => (await (await fetch(`${url}/streams`)).json()) as number;
    await expect.poll(open, patience).toBe(1);
    const setHidden = (isHidden: boolean): Promise<unknown> =>
      page.evaluate(`Object.defineProperty(document, 'hidden', { configurable: true, value: ${isHidden} });
        document.dispatchEvent(new Event('visibilitychange'))`);
    await setHidden(true);
    await expect.poll(open, patience).toBe(0);
    await setHidden(false);
    await expect.poll(open, patience).toBe(1);
  });

  it(`loads its first page with at most ${FIRST_LOAD_BYTES_MAX} compressed bytes`, async () => {
    const url = await startFakeApi(10);
    const { page } = await openTab(running.browser, `${url}/nowhere`);
    await page.getByRole('button', { name: 'Log in' }).waitFor();
    const bytes = await page.evaluate<number>(
      `performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
        .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`,
    );
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(FIRST_LOAD_BYTES_MAX);
  });
});
