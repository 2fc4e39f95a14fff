/** What the page of first steps shows is copied and run, in front of a broker that lets everybody in and of one that asks for a login. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks, needing, python, RunningProgram } from '../clients/programs.ts';
import { folder } from '../listeners/listening.ts';
import { startHoopoe } from '../system/executable.ts';
import { lacksBrowser, needingBrowser, openBrowser, openTab, type RunningBrowser } from './browser.ts';
import { addUser, enter, pageAddress, patience, withoutSources, yaml } from './real-broker.ts';

/** The texts to copy that are in sight, with a name and a password where the page leaves room for them. */
async function copied(page: Page): Promise<readonly string[]> {
  await page.locator('pre').first().waitFor();
  const texts = await page.locator('pre:visible').allTextContents();
  return texts.map((text) => text.replaceAll('NAME', 'ann').replaceAll('PASSWORD', 'secret-of-ann'));
}

const shell = (command: string): RunningProgram => new RunningProgram('/bin/sh', ['-c', `exec ${command}`]);
const said = 'demo/hello Hello Hoopoe';
/** How long a program may take to begin. */
const again = { timeout: 20_000, interval: 500 };

let running: RunningBrowser;

describe.skipIf(lacksBrowser() || lacks('mosquitto-clients') || lacks('paho'))(
  needing('mosquitto-clients', needing('paho', needingBrowser('first steps'))),
  { timeout: 120_000 },
  () => {
    beforeAll(async () => {
      running = await openBrowser();
    });
    afterAll(() => running?.close());

    it.for([
      ['lets in whoever is on its machine', withoutSources, false],
      ['asks for a login', yaml, true],
    ] as const)('work as they are copied, with a broker that %s', async ([, configuration, asksForLogin]) => {
      const url = await pageAddress(await startHoopoe([], { yaml: configuration }));
      const { page, problems } = await openTab(running.browser, url);
      await enter(page);
      if (asksForLogin) await addUser(page, url, 'ann', 'secret-of-ann');
      await page.goto(`${url}/start`);
      const [listen = '', publish = '', program = ''] = await copied(page);
      expect(listen.includes('-u ann -P secret-of-ann'), 'a login is named where one is needed').toBe(asksForLogin);
      const listener = shell(listen);
      const file = join(folder(), 'steps.py');
      writeFileSync(file, program);
      const subscriber = new RunningProgram(python, ['-u', file]);
      for (const reader of [listener, subscriber]) {
        await expect
          .poll(async () => {
            if (!reader.text.includes(said)) shell(publish);
            return `${reader.text}${reader.errors}`;
          }, again)
          .toContain(said);
      }
      await page.getByRole('tab', { name: 'Node.js' }).click();
      await expect.poll(async () => (await copied(page))[2], patience).toContain('connectAsync');
      expect((await copied(page))[2]?.includes("username: 'ann'")).toBe(asksForLogin);
      expect(problems).toEqual([]);
    });
  },
);
