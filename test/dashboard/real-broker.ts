/** The page in front of a real broker: its address, the first login, users, and clients that connect. */

import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import type { Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import type { StartedBroker } from '../system/executable.ts';
import { logIn } from './browser.ts';

/** A broker on free ports that keeps no users. */
export const withoutSources = `listeners:
  tcp: { host: 127.0.0.1, port: 0 }
  ws: { host: 127.0.0.1, port: 0 }
management: { port: 0 }
`;
/** The same with users of its own. */
export const yaml = `${withoutSources}access:
  users: { builtin: { scram: false } }
`;
/** The password that the first login chooses. */
export const PASSWORD = 'a password for tests 1';
export const patience = { timeout: 20_000, interval: 50 };

/** Where the page is, as the broker says at its start. */
export async function pageAddress({ program }: Pick<StartedBroker, 'program'>): Promise<string> {
  const address = /Dashboard +(http:\S+)/;
  await expect.poll(() => address.exec(program.text)?.[1], patience).toBeDefined();
  return address.exec(program.text)?.[1] ?? '';
}

/**
 * The first login: the default password, which has to be changed at once.
 *
 * @param heading of the view that is then shown
 */
export async function enter(page: Page, heading = 'Overview'): Promise<void> {
  await logIn(page, 'admin', 'public');
  await page.getByLabel('Current password').fill('public');
  await page.getByRole('textbox', { name: 'New password', exact: true }).fill(PASSWORD);
  await page.getByRole('textbox', { name: 'New password once more' }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
}

/** A client that is ended with the test. */
export function mqttClient(broker: StartedBroker, options: IClientOptions): MqttClient {
  const client = connect({ host: '127.0.0.1', port: broker.ports.get('tcp') ?? 0, reconnectPeriod: 0, ...options });
  client.on('error', () => {});
  onTestFinished(() => void client.end(true));
  return client;
}

export async function addUser(page: Page, url: string, name: string, password: string): Promise<void> {
  await page.goto(`${url}/access?tab=users`);
  await page.getByRole('button', { name: 'Add a user' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  await dialog.getByRole('textbox', { name: 'Password' }).fill(password);
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('cell', { name, exact: true }).waitFor();
}
