/** The file of pre-shared keys of the plugin emqx_psk_file. */

import type { Translation } from './translation.ts';

/** Its path; undefined, with a problem said, where it cannot be had. */
export function pskFile(translation: Translation, wantedBy: string): string | undefined {
  const { keys } = translation;
  if (!translation.isLoaded('emqx_psk_file')) {
    translation.problem(wantedBy, 'needs the plugin emqx_psk_file, which is not loaded');
    return undefined;
  }
  return keys.text('psk.file.path');
}
