/** `docs/emqx-keys.md`: every key of EMQX 4 with what becomes of it here, made from the rows. */

import type { KeyRow } from './key-row.ts';
import { keyRows } from './keys/all.ts';

const introduction = `<!-- Made by "node tools/docs.mjs" from src/config/emqx/keys; changes here are lost. -->

# Keys of EMQX

Each key of \`etc/emqx.conf\` and \`etc/plugins/*.conf\` that is known, and what it does here. [From EMQX](migrate-from-emqx.md) tells
of the whole, and [configuration.md](configuration.md) of the options. \`$name\`, \`$z\`, \`$id\` and \`$n\` stand for any word, \`a|b\` for one of
these, \`**\` for whatever follows. "Without it" is what holds where nobody wrote the key.

Nothing is said of a key without effect where nobody misses it. Of the others there is one warning at the start, unless they say what
the files of a new installation say; \`hoopoe config convert\` lists them.
`;

/** The part of a key that heads its table. */
function family({ key }: KeyRow): string {
  const [first = '', second = ''] = key.split('.');
  return ['listener', 'auth', 'bridge'].includes(first) ? `${first}.${second.split('|')[0]}` : first;
}

function says({ to, effect, unused, unsafe }: KeyRow): string {
  if (to !== undefined) return `\`${to.replace('$listener', 'NAME').replace('$bridge', 'NAME')}\``;
  if (effect !== undefined) return effect;
  return unsafe === true ? `**stops the start:** ${unused}` : `no effect: ${unused}`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

function line(row: KeyRow): string {
  const { key, absent } = row;
  const without = absent === undefined || absent === '' ? '' : `\`${cell(absent)}\``;
  return `| \`${cell(key)}\` | ${without} | ${cell(says(row))} |`;
}

export function renderKeysMarkdown(): string {
  const families = new Map<string, KeyRow[]>();
  for (const row of keyRows) {
    const name = family(row);
    families.set(name, [...(families.get(name) ?? []), row]);
  }
  const tables = [...families].map(
    ([name, rows]) => `## ${name}\n\n| key | without it | here |\n| --- | --- | --- |\n${rows.map(line).join('\n')}\n`,
  );
  return `${introduction}\n${tables.join('\n')}`;
}
