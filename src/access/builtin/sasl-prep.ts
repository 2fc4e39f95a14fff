/**
 * SASLprep (RFC 4013): passwords that look the same become the same before they are hashed for SCRAM. The checks for
 * mixed directions of writing are left to clients, since nothing would match what they refuse.
 */

/** RFC 3454 C.1.2, spaces beyond ASCII. */
const SPACES = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu;

/** RFC 3454 B.1, what is commonly mapped to nothing. */
// biome-ignore lint/suspicious/noMisleadingCharacterClass: each stands for itself here, and they are to be removed one by one.
const NOTHING = /[\u00ad\u034f\u1806\u180b-\u180d\u200c\u200d\u2060\ufe00-\ufe0f\ufeff]/gu;

/**
 * RFC 3454 C.2 to C.9: controls, private use, surrogates, no characters at all, and what is no plain text.
 * Code points without a character are refused as well, as they are for stored strings.
 */
const PROHIBITED =
  /[\p{Cc}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}\u06dd\u070f\u180e\u200e\u200f\u202a-\u202e\u2061-\u2063\u206a-\u206f\ufff9-\ufffd\u2ff0-\u2ffb\u{e0001}\u{e0020}-\u{e007f}]|[\u{1d173}-\u{1d17a}]/u;

/** The prepared text; undefined when it holds what must not be in a password. */
export function saslPrep(text: string): string | undefined {
  const prepared = text.replace(SPACES, ' ').replace(NOTHING, '').normalize('NFKC');
  return PROHIBITED.test(prepared) ? undefined : prepared;
}
