import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readTextFile } from './read-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'hoopoe-text-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'text');
const text = 'limits:\n  sessions_max: 5\n';

function read(bytes: Buffer): string {
  writeFileSync(file, bytes);
  return readTextFile(file);
}

describe('a file of text', () => {
  it.each([
    ['nothing', Buffer.alloc(0), ''],
    ['UTF-8', Buffer.from('ä💬\r\n'), 'ä💬\r\n'],
    ['UTF-8 behind a byte order mark', Buffer.from(`\ufeff${text}`), text],
    ['more than one piece', Buffer.from('ä'.repeat(100_001)), 'ä'.repeat(100_001)],
  ])('is read: %s', (_name, bytes, expected) => expect(read(bytes)).toBe(expected));

  it.each([
    ['UTF-16', Buffer.from(`\ufeff${text}`, 'utf16le'), 'written in UTF-16; save it as UTF-8'],
    ['UTF-16 of the other order', Buffer.from(`\ufeff${text}`, 'utf16le').swap16(), 'written in UTF-16'],
    ['UTF-16 without a mark', Buffer.from(text, 'utf16le'), 'written in UTF-16'],
    ['UTF-16 of the other order without a mark', Buffer.from(text, 'utf16le').swap16(), 'written in UTF-16'],
    ['a zero byte', Buffer.from(`${text}a\0b`), 'line 3 holds a zero byte'],
    ['zeros', Buffer.alloc(4), 'line 1 holds a zero byte'],
    ['Latin-1', Buffer.from(`${text}# gr\u00fcn\n`, 'latin1'), 'line 3 is no valid UTF-8'],
    ['half a character at the end', Buffer.from('a: ä').subarray(0, 4), 'line 1 is no valid UTF-8'],
  ])('is refused with what to do: %s', (_name, bytes, problem) => expect(() => read(bytes)).toThrow(problem));

  it('has an end, or is refused', () => {
    expect(() => read(Buffer.alloc(64 * 1024 * 1024 + 1, 0x61))).toThrow('more than 67108864 bytes');
    if (existsSync('/dev/zero')) expect(() => readTextFile('/dev/zero')).toThrow('more than');
  });

  it('cannot be a folder', () => expect(() => readTextFile(folder)).toThrow('EISDIR'));
});
