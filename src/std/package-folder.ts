/** Where the files of the package lie, whether it runs from its sources or from what was built of them. */

/** Two folders above this source, and two above every chunk in `dist/chunks`. */
export const packageFolder: URL = new URL('../../', import.meta.url);
