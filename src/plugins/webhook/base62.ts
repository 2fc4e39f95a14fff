/**
 * EMQX's base62: six bits after the other as a letter or digit. The last three of the 64 values are `9` and a letter, and
 * what is left at the end counts as a number of its own, of two or four bits.
 */

const SINGLE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz012345678';

/** The values below 64. */
const digits: readonly string[] = [...SINGLE, '9A', '9B', '9C'];

export function base62(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let heldBits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    heldBits += 8;
    while (heldBits >= 6) {
      heldBits -= 6;
      text += digits[held >> heldBits];
      held &= (1 << heldBits) - 1;
    }
  }
  return heldBits === 0 ? text : text + digits[held];
}
