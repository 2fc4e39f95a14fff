/** The page with very many clients, in a tab that nobody looks at, and with a broker that goes away and comes back. */

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../structure/source-tree.ts';
import { startHoopoe } from '../system/executable.ts';
import {
  lacksBrowser,
  logIn,
  needingBrowser,
  openBrowser,
  openTab,
  type RunningBrowser,
  startFakeApi,
} from './browser.ts';
import { enter, pageAddress, withoutSources } from './real-broker.ts';

const CLIENTS = 50_000;
/** What the broker may take for a search, in the middle of many. */
const ANSWER_MS_MAX = 200;
/** What the page may grow while it looks at a broker for a while. */
const GROWTH_BYTES_MAX = 12 * 1024 * 1024;
/** What a search may take that the made-up API answers, which sorts all clients for each question, on a machine that does much else. */
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

  it(`stays quick and small in front of a real broker with ${CLIENTS} connected clients`, async () => {
    const broker = await startHoopoe([], {
      yaml: withoutSources,
      env: { CROWD: String(CLIENTS), NODE_OPTIONS: `--import=${join(root, 'test/dashboard/crowd.mjs')}` },
    });
    const url = await pageAddress(broker);
    const { page, context, problems } = await openTab(running.browser, url);
    await enter(page);
    // All of them are there, and the figures go on: a hundredth publishes once a second.
    await page.getByText('50,000').first().waitFor({ timeout: 60_000 });
    const rate = page.getByRole('listitem').filter({ hasText: 'Messages in' });
    const shown = await rate.textContent();
    await expect.poll(() => rate.textContent(), patience).not.toBe(shown);
    await page.goto(`${url}/clients`);
    await page.getByText(/of 50,000/).waitFor();
    // Whoever looks at a list while it is asked again sees rows all the time.
    await page.evaluate(`window.emptied = 0; new MutationObserver(() => {
      if (document.querySelector('main tbody tr') === null) window.emptied++;
    }).observe(document.querySelector('main'), { childList: true, subtree: true })`);
    const session = await context.newCDPSession(page);
    const heapBytes = async (): Promise<number> => {
      await session.send('HeapProfiler.collectGarbage');
      return (await session.send('Runtime.getHeapUsage')).usedSize;
    };
    const search = page.getByRole('searchbox');
    const drawnMs: number[] = [];
    const find = async (clientId: string): Promise<void> => {
      await search.fill(clientId);
      const since = performance.now();
      await page.getByRole('link', { name: clientId }).waitFor();
      await page.getByText('1 of 1').waitFor();
      drawnMs.push(performance.now() - since);
    };
    for (let number = 0; number < 5; number++) await find(`device-0${41_000 + number * 7}`);
    const before = await heapBytes();
    for (let number = 0; number < 40; number++) await find(`device-0${42_000 + number * 7}`);
    const after = await heapBytes();
    // The page asks by way of a worker, whose times are its own.
    const asked = page.workers().map((worker) =>
      worker.evaluate<number[]>(`performance.getEntriesByType('resource')
        .filter(({ name }) => name.includes('search=')).map(({ startTime, responseEnd }) => responseEnd - startTime)`),
    );
    const answers = (await Promise.all(asked)).flat();
    const middle = (values: number[]): number => values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0;
    const mebibytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);
    process.stdout.write(
      `search among ${CLIENTS}: answered in ${middle(answers).toFixed(0)} ms, drawn ${middle(drawnMs).toFixed(0)} ms after the last key; ` +
        `heap of the page ${mebibytes(before)} MiB, after 40 searches ${mebibytes(after)} MiB\n`,
    );
    expect(answers.length).toBeGreaterThan(40);
    expect(middle(answers)).toBeLessThan(ANSWER_MS_MAX);
    expect(after - before).toBeLessThan(GROWTH_BYTES_MAX);
    expect(await page.evaluate('window.emptied'), 'the list was never empty in between').toBe(0);
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
    const files = await page.evaluate<string[]>(`performance.getEntriesByType('resource').map(({ name }) => name)`);
    expect(
      files.filter((name) => name.includes('jsx-dev')),
      'it was built for use, not for work on it',
    ).toEqual([]);
  });
});
