/** Options that are changed while the process is killed: what was answered holds at the next start. */

import { expect, test } from 'vitest';
import { readManagementFile } from '../../src/cli/control/management-file.ts';
import { until } from '../listeners/listening.ts';
import { startHoopoe } from './executable.ts';

const KILLS = 4;
const OPTION = 'limits.sessions_max';
const yaml = 'management: { port: 0 }\nlisteners:\n  tcp: { host: 127.0.0.1, port: 0 }\n';

/** Asks the broker of a data folder. */
// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by name
async function ask(dataDirectory: string, method: string, path: string, body?: unknown): Promise<any> {
  const { url = '', token = '' } = readManagementFile(dataDirectory) ?? {};
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return response.json();
}

test('a change that was answered outlives kill -9, and one that was not is there as a whole or not at all', {
  timeout: 120_000,
}, async () => {
  let dataDirectory: string | undefined;
  let [answered, asked] = [0, 0];
  for (let kill = 0; kill <= KILLS; kill++) {
    const started = await startHoopoe([], { yaml, ...(dataDirectory !== undefined && { dataDirectory }) });
    dataDirectory = started.dataDirectory;
    const folder = dataDirectory;
    await until(() => readManagementFile(folder) !== undefined, 'the management interface is open', 20_000);
    const { items } = await ask(folder, 'GET', '/settings');
    const { number } = items.find(({ path }: { path: string }) => path === OPTION);
    if (kill > 0) expect([answered, asked]).toContain(number);
    if (kill === KILLS) {
      started.program.kill('SIGTERM');
      expect(await started.program.end()).toBe(0);
      return;
    }
    let isOver = false;
    const changing = (async () => {
      while (!isOver) {
        asked = Math.max(asked, 1000) + 1;
        await ask(folder, 'PATCH', '/settings', { [OPTION]: asked });
        answered = asked;
      }
    })().catch(() => {});
    await until(() => answered > 0 && answered > 1000 + kill * 5, 'changes are answered', 20_000);
    await new Promise((resolve) => setTimeout(resolve, 37 * (kill + 1)));
    started.program.kill('SIGKILL');
    await started.program.end();
    isOver = true;
    await changing;
  }
});
