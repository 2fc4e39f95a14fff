/** `emqx` and `emqx_ctl`, typed in this process. */

import { emqx } from '../../src/cli/emqx/emqx.ts';
import { emqxCtl } from '../../src/cli/emqx-ctl/emqx-ctl.ts';
import type { Program, Terminal } from '../../src/cli/program.ts';

export interface Said {
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
}

const nothing: Program = {
  startBroker: () => Promise.reject(new TypeError('no broker is to be started')),
  storeTools: () => Promise.reject(new TypeError('no store is to be opened')),
  explainAccess: () => Promise.reject(new TypeError('no source is to be asked')),
};

/** Types a command by one of its names in a folder. */
export async function typed(
  name: string,
  words: readonly string[],
  place: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Said> {
  let [out, err] = ['', ''];
  const terminal: Terminal = {
    machine: { platform: process.platform, environment, homeDirectory: '/', workingDirectory: place, root: false },
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    send: () => Promise.resolve(true),
    receive: () => {
      throw new TypeError('nothing is to be received');
    },
  };
  const command = name.endsWith('_ctl') ? emqxCtl : emqx;
  const code = await command(name, words, undefined, terminal, nothing);
  return { code, out, err };
}
