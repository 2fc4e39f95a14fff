/** The program behind `bin/hoopoe`: gives the command line this process, and the broker to start. */

import { homedir } from 'node:os';
import { commandLine } from './cli/command-line.ts';
import type { Program, Terminal } from './cli/program.ts';
import { internalMistakeExitCode } from './cli/signals.ts';
import { argumentsByName, toolCall } from './cli/tools/names.ts';
import { runTool } from './cli/tools/tool-rows.ts';
import { boundYoungGeneration } from './cli/young-generation.ts';

// Whoever reads our output may go away first (`hoopoe --help | head -1`); that is no reason to end.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const terminal: Terminal = {
  machine: {
    platform: process.platform,
    environment: process.env,
    homeDirectory: homedir(),
    workingDirectory: process.cwd(),
    root: process.getuid?.() === 0,
  },
  out: (text) => {
    process.stdout.write(text);
  },
  err: (text) => {
    process.stderr.write(text);
  },
  send: (text) =>
    new Promise((resolve) => {
      process.stdout.write(text, (error) => resolve(error === null || error === undefined));
    }),
  receive: () => process.stdin,
};

const program: Program = {
  startBroker: async (loaded, log) => {
    boundYoungGeneration();
    const { startBroker } = await import('./start-broker.ts');
    return await startBroker(loaded, log);
  },
  explainAccess: async (...question) => {
    const { explainAccess } = await import('./explain-access.ts');
    return await explainAccess(...question);
  },
  storeTools: async () => (await import('./store-tools.ts')).storeTools,
};

try {
  const argv = argumentsByName(process.argv[1], process.argv.slice(2));
  const tool = toolCall(argv);
  process.exitCode = tool === undefined ? await commandLine(argv, terminal, program) : await runTool(tool);
} catch (error) {
  terminal.err(`hoopoe: an internal mistake; please report it\n${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = internalMistakeExitCode;
}
