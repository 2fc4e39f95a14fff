import { describe, expect, it } from 'vitest';
import { readKeyFile } from './pre-shared-keys.ts';

describe('a file of pre-shared keys', () => {
  it('holds hexadecimal keys as Mosquitto writes them, or texts as EMQX does', () => {
    const text = '\ufeff# devices\r\n\r\npump-7:deadBEEF\r\n valve : 00 \n';
    expect([...readKeyFile(text, 'hex')]).toEqual([
      ['pump-7', Buffer.from('deadbeef', 'hex')],
      ['valve', Buffer.from([0])],
    ]);
    expect(readKeyFile('client1:1234:5', 'text').get('client1')).toEqual(Buffer.from('1234:5'));
    expect(readKeyFile('a:1->b->c', 'text', '->').get('a:1')).toEqual(Buffer.from('b->c'));
    expect(() => readKeyFile('a:1', 'text', '->')).toThrow('an identity, "->" and a key');
  });

  it.each([
    ['a:00\nb', 2, 'a line is an identity, a colon and a key'],
    [':00', 1, 'a line is an identity'],
    ['a:', 1, 'hexadecimal digits'],
    ['a:secret', 1, 'hexadecimal digits'],
    ['a:123', 1, 'hexadecimal digits'],
    ['a:00\n\na:01', 3, 'has a key already'],
    [`a:${'00'.repeat(257)}`, 1, 'the key has 257 bytes'],
    [`${'a'.repeat(129)}:00`, 1, 'an identity has 1 to 128 bytes'],
    ['', 1, 'the file holds no key'],
    ['# a:00', 1, 'the file holds no key'],
  ])('%j is refused in line %i: %s', (text, line, message) => {
    expect(() => readKeyFile(text, 'hex')).toThrow(
      expect.objectContaining({ line, message: expect.stringContaining(message) }),
    );
  });

  it('never shows a key in what it says', () => {
    for (const text of ['a:secret', 'secret', 'a:00\na:5ec2e7']) {
      let message = '';
      try {
        readKeyFile(text, 'hex');
      } catch (error) {
        message = String(error);
      }
      expect(message).toContain('KeyFileProblem');
      expect(message).not.toMatch(/secret|5ec2e7/);
    }
  });
});
