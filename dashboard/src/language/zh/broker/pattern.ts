/** Sentences with places for what varies, in two languages. */

/** The English form with `{1}`, `{2}` …, and the Chinese one with the same places. */
export type Pattern = readonly [english: string, chinese: string];

/** What one list of patterns makes of a text; undefined for a text that none of them matches. */
export function translator(patterns: readonly Pattern[]): (text: string) => string | undefined {
  const exact = new Map(patterns);
  let compiled: readonly (readonly [RegExp, string])[] | undefined;
  return (text) => {
    const found = exact.get(text);
    if (found !== undefined) return found;
    // Compiled when the first text comes that needs it, which on most days is never.
    compiled ??= patterns.filter(([english]) => english.includes('{')).map(([en, zh]) => [expressionOf(en), zh]);
    for (const [expression, chinese] of compiled) {
      const match = expression.exec(text);
      if (match !== null) return chinese.replaceAll(/\{(\d)\}/g, (_whole, place: string) => match[Number(place)] ?? '');
    }
    return undefined;
  };
}

function expressionOf(english: string): RegExp {
  const literal = english.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${literal.replaceAll(/\{\d\}/g, '(.+?)')}$`, 's');
}
