import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { keywords } from '../../src/config/mosquitto/keywords.ts';

const text = readFileSync(new URL('../../docs/migrate-from-mosquitto.md', import.meta.url), 'utf8');

it('docs/migrate-from-mosquitto.md has a line for each option, with what it sets and why it does not', () => {
  for (const { name, aliases = [], paths, effect, note } of keywords) {
    const names = [name, ...aliases].map((one) => `\`${one}\``).join(', ');
    const line = text.split('\n').find((one) => one.startsWith(`| ${names} |`));
    expect(line, name).toBeDefined();
    if (effect === 'options') for (const path of paths) expect(line).toContain(`\`${path}\``);
    if (note !== undefined) expect(line).toContain(note);
  }
});
