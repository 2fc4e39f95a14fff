/** The stores of other tests keep the promises of a store, so that what those tests show is true of a real one. */

import { MemoryStore } from '../../src/stores/memory.ts';
import { KeptStore } from '../broker/kept-store.ts';
import { Disk, SimulatedStore } from '../simulation/simulated-store.ts';
import { storeSuite } from './store-suite.ts';

/** Its disk is done with a commit a moment after it was asked for. */
class PromptStore extends SimulatedStore {
  nextFails = false;

  override commit(): Promise<void> {
    const committed = super.commit();
    const succeeds = !this.nextFails;
    this.nextFails = false;
    queueMicrotask(() => this.finishCommit(succeeds));
    return committed;
  }
}

storeSuite('the simulated store', async () => {
  const disk = new Disk();
  const store = new PromptStore(disk);
  return {
    store,
    failNext: () => {
      store.nextFails = true;
    },
    reopen: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      await store.close();
      return new PromptStore(disk);
    },
  };
});

/** It commits for good; a new life begins with the open batch forgotten. */
class RevivedStore extends KeptStore {
  failNext(): void {
    this.failing = true;
  }

  override async commit(): Promise<void> {
    try {
      await super.commit();
    } finally {
      this.failing = false;
    }
  }
}

storeSuite('the kept store', async () => {
  const store = new RevivedStore();
  return { store, failNext: () => store.failNext(), reopen: async () => store };
});

storeSuite(
  'a store in memory',
  async () => {
    const store = new MemoryStore();
    return { store, reopen: async () => store };
  },
  false,
);
