/** The versions of TLS that a key names, of which two are spoken here. */

import type { Translation } from './translation.ts';

/** Those of a list that are spoken; empty, with the problem said, where there are none. */
export function spokenVersions(translation: Translation, key: string): readonly string[] {
  const spoken = translation.keys.list(key).filter((version) => version === 'tlsv1.2' || version === 'tlsv1.3');
  if (spoken.length === 0) {
    translation.problem(key, 'got no version that is spoken here; allowed: tlsv1.3, tlsv1.2');
  }
  return spoken;
}

/**
 * Sets the oldest version that is spoken with a server. The newest has no option, so that leaving it out is said.
 * @param to where the options `ssl_…` of that server are
 */
export function oldestVersion(translation: Translation, key: string, to: string): void {
  if (!translation.keys.isWritten(key)) return;
  const spoken = spokenVersions(translation, key);
  if (spoken.length === 0) return;
  translation.set(`${to}.ssl_version_min`, spoken.includes('tlsv1.2') ? '1.2' : '1.3', key);
  if (!spoken.includes('tlsv1.3')) translation.lose(key, 'TLS 1.3 is spoken as well');
}
