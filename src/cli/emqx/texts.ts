/** The texts of `emqx` and `emqttd`, where people and scripts look for them. */

import type { RunningBroker } from '../program.ts';

/** What is there to be run, in the order of EMQX's own help. */
export const commands: ReadonlyMap<string, string> = new Map([
  ['start', 'Starts the broker in the background and returns when it listens.'],
  ['stop', 'Stops the broker.'],
  ['restart', 'Stops the broker and starts it again.'],
  ['console', 'Runs the broker in this terminal.'],
  ['foreground', 'Runs the broker in this terminal, as a supervisor wants it.'],
  ['ping', 'Says pong if the broker runs.'],
  ['pid', 'Prints the process id of the broker.'],
  ['check_conf', 'Looks for mistakes in the configuration.'],
  ['ctl', 'Same as emqx_ctl.'],
]);

/** Commands of Erlang's release tools. */
export const erlangCommands: ReadonlySet<string> = new Set([
  ...['versions', 'ertspath', 'root_dir', 'attach', 'remote_console', 'console_clean', 'console_boot', 'escript'],
  ...['rpc', 'rpcterms', 'eval', 'unpack', 'install', 'uninstall', 'upgrade', 'downgrade', 'daemon', 'daemon_boot'],
]);

export function usageText(name: string): string {
  const lines = [...commands].map(([command, sentence]) => `  ${command.padEnd(12)}${sentence}\n`);
  return `Usage: ${name} COMMAND [help] [--home DIR]\n\nCommands:\n${lines.join('')}`;
}

/** `tcp-external` of ours is `mqtt:tcp:external`. */
function listenerId(name: string): string {
  const [, protocol = 'tcp', rest = name] = /^(tcp|ssl|ws|wss)-(.*)$/.exec(name) ?? [];
  return `mqtt:${protocol}:${rest}`;
}

/** One line for each listener, as the console of EMQX 4.3 has them. */
export function listenerLines(broker: RunningBroker): string {
  return broker.listeners
    .map(({ name, urls }) => {
      const address = /:\/\/([^/]+)/.exec(urls[0] ?? '')?.[1] ?? '';
      return `Start ${listenerId(name)} listener on ${address} successfully.\n`;
    })
    .join('');
}
