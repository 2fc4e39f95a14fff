import { describe, expect, it } from 'vitest';
import { banComplaints } from './bans.ts';
import { allFiles, parseSource } from './source-tree.ts';

const complaintsAbout = (path: string, text: string): string[] => banComplaints([parseSource(path, text)]);

describe('bans', () => {
  it('the sources keep to them', () => {
    expect(banComplaints(allFiles)).toEqual([]);
  });
});

describe('the check of bans', () => {
  it.each([
    ['src/access/a.ts', `throw new Error('x');`, 'bare Error'],
    ['src/access/a.ts', `console.log(1);`, 'take a Log'],
    ['src/access/a.ts', `export default 1;`, 'export by name'],
    ['src/access/a.ts', `enum A { B }`, 'union of strings'],
    ['src/access/a.ts', `/* TO${''}DO: later */`, 'finish it'],
    ['src/broker/a.ts', `const t = Date.now();`, 'src/ports/'],
    ['src/broker/a.ts', `const t = new Date();`, 'src/ports/'],
    ['src/broker/a.ts', `const t = Math.random();`, 'src/ports/'],
    ['src/broker/a.ts', `setTimeout(() => {}, 1);`, 'src/ports/'],
    ['src/broker/a.ts', `globalThis.setImmediate(() => {});`, 'src/ports/'],
    ['src/broker/a.ts', `process.nextTick(() => {});`, 'src/ports/'],
    ['src/topic/a.ts', `const t = performance.now();`, 'src/ports/'],
    ['src/topic/a.test.ts', `it.only('x', () => {});`, 'hides all other tests'],
    ['test/broker/a.test.ts', `describe.skip('x', () => {});`, 'line above'],
    ['test/broker/a.test.ts', `it.skip.each([1])('x', () => {});`, 'line above'],
  ])('in %s refuses %s', (path, text, rule) => {
    expect(complaintsAbout(path, text)).toEqual([expect.stringContaining(rule)]);
    expect(complaintsAbout(path, text)[0]).toMatch(new RegExp(`^${path}:1 `));
  });

  it.each([
    ['src/std/assert.ts', `throw new Error('x');`],
    ['src/access/a.ts', `throw new ProtocolError(0x82, '', 'x');`],
    ['src/access/a.test.ts', `throw new Error('x');`],
    ['src/cli/a.ts', `console.log(1);`],
    ['src/main.ts', `console.log(1);`],
    ['src/listeners/a.ts', `setImmediate(() => {});`],
    ['src/broker/a.ts', `const largest = Math.max(1, clock.now());`],
    ['src/broker/a.test.ts', `setTimeout(() => {}, 1);`],
    ['src/broker/a.ts', `const text = 'TO${''}DO';`],
    ['test/broker/a.test.ts', `// The client library cannot send this.\nit.skip('x', () => {});`],
    ['test/broker/a.test.ts', `it.skipIf(isMissing)('x', () => {});`],
    ['test/broker/a.test.ts', `stream.skip(1);`],
  ])('in %s accepts %s', (path, text) => {
    expect(complaintsAbout(path, text)).toEqual([]);
  });
});
