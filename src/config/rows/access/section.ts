/** The rows that every section of `access` has, whatever its kind, named without `access.NAME.`. */

import type { OptionRow } from '../../../ports/option.ts';

/** @param kinds what `type` may be */
export function sectionRows(kinds: readonly string[]): readonly OptionRow[] {
  return [
    {
      name: 'type',
      type: { kind: 'one-of', values: kinds },
      default: undefined,
      unset: 'the kind whose options are given below the section',
      reloadable: false,
      sentence: 'Kind of the source; needed only where none of its options is given.',
    },
    {
      name: 'enabled',
      type: { kind: 'boolean' },
      default: true,
      reloadable: false,
      sentence: 'Whether the source is used; a section that is switched off is checked and otherwise ignored.',
    },
    {
      name: 'order',
      type: { kind: 'integer', min: 0, max: 1_000_000 },
      default: 100,
      reloadable: true,
      sentence:
        'Place in the chains: sources with a smaller number are asked first, those with the same one as they are written.',
      emqx: 'auth_order',
    },
    {
      name: 'on_failure',
      type: { kind: 'one-of', values: ['deny', 'ignore'] },
      default: 'deny',
      reloadable: false,
      sentence:
        'What holds while the source cannot answer: deny refuses logins as "server unavailable" and denies permissions, ' +
        'ignore asks the next source as if this one knew nothing.',
    },
    {
      name: 'refusal_code',
      type: { kind: 'one-of', values: ['bad_credentials', 'not_authorized'] },
      default: undefined,
      unset: 'as logins.refusal_code says',
      reloadable: false,
      sentence:
        'What a client is told whom this source refuses; where it differs from that of unknown clients, strangers learn ' +
        'which users there are.',
    },
    {
      name: 'answer_seconds_max',
      type: { kind: 'duration', min: 0.1, max: 600 },
      default: 20,
      reloadable: false,
      sentence: 'Time for one answer; a source that takes longer has failed, and on_failure decides.',
    },
    {
      name: 'listeners',
      type: { kind: 'list' },
      default: [],
      reloadable: false,
      sentence: 'Names of the listeners whose clients the source is asked about; an empty list means all of them.',
    },
  ];
}
