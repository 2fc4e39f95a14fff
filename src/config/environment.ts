/**
 * Reads environment variables: `HOOPOE_LIMITS__PACKET_BYTES_MAX` is `limits.packet_bytes_max`, and a secret may also
 * come from the file that its variable with `_FILE` names. The environment and the files arrive as arguments.
 */

import { brokerRows, findOption, unknownOptionText, variableName } from './catalog.ts';
import type { Origin } from './error.ts';
import { nearest } from './nearest.ts';
import { Reading } from './reading.ts';
import { quoted } from './value.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The configuration file where `-c` names none. */
export const configFileVariable = 'HOOPOE_CONFIG';

/** The data folder, below every other source; packages and `npm start` set it. */
export const dataDirectoryVariable = 'HOOPOE_DATA_DIR';

const prefix = 'HOOPOE_';
const fileSuffix = '_FILE';

/**
 * @param folder where relative paths begin
 * @param readText reads the file of a secret; may throw
 */
export function readEnvironment(environment: Environment, folder: string, readText: (file: string) => string): Reading {
  const reading = new Reading();
  for (const variable of Object.keys(environment).sort()) {
    const text = environment[variable];
    if (!variable.startsWith(prefix) || text === undefined) continue;
    if (variable === configFileVariable || variable === dataDirectoryVariable) continue;
    readVariable(reading, variable, text, environment, folder, readText);
  }
  return reading;
}

function readVariable(
  reading: Reading,
  variable: string,
  text: string,
  environment: Environment,
  folder: string,
  readText: (file: string) => string,
): void {
  const origin: Origin = { kind: 'environment', variable };
  const path = pathOf(variable);
  if (findOption(path) !== undefined) {
    reading.assign(path, text, origin, folder);
    return;
  }
  const secretVariable = variable.endsWith(fileSuffix) ? variable.slice(0, -fileSuffix.length) : undefined;
  const secret = secretVariable === undefined ? undefined : findOption(pathOf(secretVariable));
  if (secretVariable !== undefined && secret?.row.type.kind === 'secret') {
    if (environment[secretVariable] !== undefined) {
      reading.problem(origin, `${secretVariable} is set as well; set one of the two`);
      return;
    }
    try {
      // Editors and `echo` end a file with a line end that belongs to nobody's password.
      reading.assign(pathOf(secretVariable), readText(text).replace(/\r?\n$/, ''), origin, folder);
    } catch (error) {
      reading.problem(origin, `cannot read ${quoted(text)}: ${(error as Error).message}`);
    }
    return;
  }
  refuseUnknown(reading, variable, path, origin);
}

function refuseUnknown(reading: Reading, variable: string, path: string, origin: Origin): void {
  if (variable.includes('__')) {
    reading.problem(origin, unknownOptionText(path, quoted(path)));
    return;
  }
  // Kubernetes sets HOOPOE_PORT, HOOPOE_SERVICE_HOST and more in every container beside a service named hoopoe, so a
  // name without a section is no reason to refuse the start.
  const near = nearest(
    variable,
    brokerRows.map((row) => variableName(row.name)),
  );
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  reading.warnings.push({ origin, text: `names no option and is ignored${hint}` });
}

function pathOf(variable: string): string {
  return variable.slice(prefix.length).toLowerCase().replaceAll('__', '.');
}
