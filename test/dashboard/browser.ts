/** A real browser for tests of the dashboard, with everything it complains about written down. */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { pathOf, RunningProgram } from '../clients/programs.ts';
import { until } from '../listeners/listening.ts';
import { root } from '../structure/source-tree.ts';

/** Whether the tests that need a browser have to be skipped. */
export function lacksBrowser(): boolean {
  const missing = process.env['HOOPOE_TEST_MISSING'];
  return missing === undefined ? pathOf('chromium') === undefined : missing.split(',').includes('chromium');
}

/** The title of a group of tests, with the reason where it is skipped. */
export function needingBrowser(title: string): string {
  return lacksBrowser() ? `${title} (skipped: chromium is not installed)` : title;
}

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface RunningBrowser {
  readonly browser: Browser;
  close(): Promise<void>;
}

/** A browser with a profile of its own. Whoever opens it closes it. */
export async function openBrowser(): Promise<RunningBrowser> {
  const home = mkdtempSync(join(tmpdir(), 'hoopoe-browser-'));
  const executablePath = pathOf('chromium') ?? '';
  const browser = await chromium.launch({ executablePath, args: flags, env: { ...process.env, HOME: home } });
  return {
    browser,
    async close() {
      await browser.close();
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export interface Look {
  readonly locale?: 'en-GB' | 'zh-CN';
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
}

export interface Tab {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors and warnings of the console, uncaught exceptions, and requests to anywhere but the broker. */
  readonly problems: string[];
}

/** A tab with storage of its own, closed at the end of the test. */
export async function openTab(browser: Browser, url: string, look: Look = {}): Promise<Tab> {
  const { locale = 'en-GB', scheme = 'light', width = 1360 } = look;
  const context = await browser.newContext({ locale, colorScheme: scheme, viewport: { width, height: 850 } });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const problems: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(`${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => problems.push(error.stack ?? error.message));
  page.on('request', (request) => {
    const asked = new URL(request.url());
    const isHere = asked.hostname === new URL(url).hostname || ['data:', 'blob:'].includes(asked.protocol);
    if (!isHere) problems.push(`It asked ${request.url()}`);
  });
  await page.goto(url);
  return { page, context, problems };
}

export async function logIn(page: Page, name: string, password: string, texts = english): Promise<void> {
  await page.getByLabel(texts.name).fill(name);
  await page.getByRole('textbox', { name: texts.password }).fill(password);
  await page.getByRole('button', { name: texts.logIn }).click();
}

export const english = { name: 'Name', password: 'Password', logIn: 'Log in' };
export const chinese = { name: '名称', password: '密码', logIn: '登录' };

/** Starts the API that makes everything up, with so many clients, and gives its address. */
export async function startFakeApi(clients: number): Promise<string> {
  const program = new RunningProgram(process.execPath, [
    join(root, 'dashboard/dev/fake-api.mjs'),
    String(clients),
    '0',
  ]);
  const address = /http:\/\/[\d.:]+/;
  await until(() => address.test(program.text) || program.ended !== undefined, 'the API listens', 20_000);
  return address.exec(program.text)?.[0] ?? '';
}

/**
 * What the accessibility check finds, one line for each element.
 * @param rules all unless given
 */
export async function accessibilityProblems(page: Page, rules?: readonly string[]): Promise<string[]> {
  await page.evaluate(axe.source);
  // What fades in has other colours on its way.
  await page.evaluate(`Promise.allSettled(document.getAnimations()
    .filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity).map(({ finished }) => finished))`);
  const options = { resultTypes: ['violations'], ...(rules !== undefined && { runOnly: rules }) };
  return page.evaluate<string[]>(`axe.run(document, ${JSON.stringify(options)}).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html.slice(0, 200) + ' ' + failureSummary)))`);
}

/** Pictures of pages are kept where this variable names a folder. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env['HOOPOE_TEST_PICTURES'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
