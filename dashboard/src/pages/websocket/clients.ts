/** The MQTT clients of this page. They go on while other views are looked at, and end with the page. */

import { useSyncExternalStore } from 'react';
import { type Profile, WebSocketClient } from './mqtt-client.ts';

const STORAGE_KEY = 'hoopoe.websocket';
const PAINT_MS = 100;

let clients: readonly WebSocketClient[] = [];
let version = 0;
let lastNumber = 0;
let isPainting = false;
const listeners = new Set<() => void>();

/** Many messages a second are painted ten times a second. */
function changed(): void {
  if (isPainting) return;
  isPainting = true;
  setTimeout(() => {
    isPainting = false;
    version++;
    for (const listener of listeners) listener();
  }, PAINT_MS);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What was entered is kept for a reload; passwords are not. */
export function keepProfiles(): void {
  const kept = clients.map(({ profile }) => ({ ...profile, password: '' }));
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify(kept));
}

export function addClient(profile: Profile): WebSocketClient {
  const client = new WebSocketClient(++lastNumber, profile, changed);
  clients = [...clients, client];
  keepProfiles();
  changed();
  return client;
}

export function removeClient(client: WebSocketClient): void {
  client.close();
  clients = clients.filter((one) => one !== client);
  keepProfiles();
  changed();
}

export function randomClientId(): string {
  const random = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  return `page-${random.toString(36)}`;
}

/** Makes the clients of before a reload, not connected. */
function restore(): void {
  try {
    for (const profile of JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? '[]') as Profile[]) addClient(profile);
  } catch {
    sessionStorage.removeItem(STORAGE_KEY);
  }
}

restore();

export function useClients(): readonly WebSocketClient[] {
  useSyncExternalStore(subscribe, () => version);
  return clients;
}
