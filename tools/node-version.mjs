/**
 * Refuses a Node that is too old, in a sentence and before anything else is loaded. It is the first import of every
 * tool and keeps to syntax and modules that old versions understand, so that they reach the sentence.
 */

const wanted = [20, 19];
const got = process.versions.node.split('.').map(Number);

if (got[0] < wanted[0] || (got[0] === wanted[0] && got[1] < wanted[1])) {
  console.error(
    'Hoopoe needs Node.js ' +
      wanted.join('.') +
      ' or newer; this is ' +
      process.version +
      '. Get one at https://nodejs.org/.',
  );
  process.exit(1);
}
