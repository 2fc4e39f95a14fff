/** The seam of managing plugins while the broker runs: what an API, a dashboard and a command see of them. */

export interface ShownPlugin {
  /** `emqx_auth_mnesia`, `my-plugin`. */
  readonly name: string;
  readonly version?: string;
  /** One sentence. */
  readonly description: string;
  readonly kind: 'builtin' | 'package' | 'file';
  /** What it is about, as EMQX 4 sorts them: `auth`, `bridge`, `feature`, `protocol`. */
  readonly type: string;
  readonly state: 'running' | 'stopped' | 'failed';
  /** Why it failed. */
  readonly error?: string;
  /** Whether it runs in a thread of its own, and then what follows. Left out of what comes with the broker. */
  readonly isolated?: boolean;
  /** What it holds, heap and buffers together. */
  readonly memoryBytes?: number;
  readonly memoryBytesMax?: number;
  /** How often it was begun again after a failure since it was loaded. */
  readonly restarts?: number;
  /** What ended its thread last, since it was loaded. */
  readonly lastError?: string;
  /** Calls of its hooks so far, and how many of them failed. */
  readonly hooks?: readonly { readonly hook: string; readonly calls: number; readonly failures: number }[];
}

export interface ShownPluginOption {
  readonly name: string;
  /** Left out where nothing is set and of secrets. */
  readonly value?: unknown;
  readonly default?: unknown;
  readonly sentence?: string;
  readonly type?: string;
  readonly secret?: boolean;
}

/**
 * What is asked of a plugin that there is not, that runs already, that does not run, or that cannot be stopped rejects
 * with `InvalidRequest`; a plugin that fails to start with `BackendError`.
 */
export interface PluginAdministration {
  /** By name. */
  list(): readonly ShownPlugin[];
  load(name: string): Promise<void>;
  unload(name: string): Promise<void>;
  reload(name: string): Promise<void>;
  options(name: string): readonly ShownPluginOption[];
  /** Options that are not named stay as they are. */
  setOptions(name: string, options: ReadonlyMap<string, unknown>): Promise<void>;
  /** Runs a command that the plugin has; the answer is any JSON. */
  run?(name: string, command: string, args: readonly string[]): Promise<unknown>;
  /** A question that the plugin answers; undefined: it has no such route. */
  route?(name: string, method: string, path: string): PluginRouteCall | undefined;
}

export interface PluginRouteCall {
  readonly scope: 'read' | 'operate' | 'admin';
  call(request: { readonly query: ReadonlyMap<string, string>; readonly body: unknown }): Promise<unknown>;
}
