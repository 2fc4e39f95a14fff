/** Calls of code that is not ours, where a throw and a promise that fails must mean the same. */

/** What `task` gives; what it throws comes as a rejected promise, so that both kinds of failure go one way. */
export function attempt<T>(task: () => T): T | Promise<never> {
  try {
    return task();
  } catch (error) {
    return Promise.reject(error);
  }
}
