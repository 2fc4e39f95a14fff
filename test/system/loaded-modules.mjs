/** Preloaded into a process, it says on standard error each module that `import` asks for. */

import { register } from 'node:module';

const hooks = `
import { writeSync } from 'node:fs';
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  writeSync(2, 'loads ' + found.url + '\\n');
  return found;
}`;

register(`data:text/javascript,${encodeURIComponent(hooks)}`);
