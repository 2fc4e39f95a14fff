import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  fileLinesMax,
  fileSizes,
  functionLinesMax,
  functionSizes,
  ratchetComplaints,
  type Sizes,
  tightened,
} from './sizes.ts';
import { allFiles, parseSource } from './source-tree.ts';

interface Ratchet {
  readonly files: Sizes;
  readonly functions: Sizes;
}

const listFile = new URL('./size-ratchet.json', import.meta.url);
const readList = (): Ratchet => JSON.parse(readFileSync(listFile, 'utf8'));

describe('sizes', () => {
  // `npm run ratchet` sets the variable; otherwise the list is only read.
  if (process.env['HOOPOE_TIGHTEN_RATCHET'] !== undefined) {
    const list = readList();
    const files = tightened(fileSizes(allFiles), fileLinesMax, list.files);
    const functions = tightened(functionSizes(allFiles), functionLinesMax, list.functions);
    writeFileSync(listFile, `${JSON.stringify({ files, functions }, undefined, 2)}\n`);
  }

  it(`files stay within ${fileLinesMax} lines`, () => {
    expect(ratchetComplaints(fileSizes(allFiles), fileLinesMax, readList().files)).toEqual([]);
  });

  it(`functions stay within ${functionLinesMax} lines`, () => {
    expect(ratchetComplaints(functionSizes(allFiles), functionLinesMax, readList().functions)).toEqual([]);
  });
});

describe('the measure of functions', () => {
  it('names functions, methods, arrows and what lies inside them', () => {
    const text = [
      'function plain() {',
      '  const inner = () => {',
      '    return 1;',
      '  };',
      '}',
      'class Box {',
      '  open() {',
      '    [].map(() => {',
      '    });',
      '  }',
      '}',
    ].join('\n');
    expect(functionSizes([parseSource('src/a.ts', text)])).toEqual({
      'src/a.ts#plain': 5,
      'src/a.ts#plain.inner': 3,
      'src/a.ts#Box.open': 4,
      'src/a.ts#Box.open.anonymous': 2,
    });
  });

  it('does not count the body of a describe, but counts a test', () => {
    const text = `describe('x', () => {\n  it('y', () => {\n  });\n});`;
    expect(functionSizes([parseSource('src/a.test.ts', text)])).toEqual({ 'src/a.test.ts#anonymous': 2 });
  });

  it('counts the lines of a file as an editor numbers them', () => {
    expect(fileSizes([parseSource('a.ts', 'const a = 1;\nconst b = 2;\n'), parseSource('b.ts', '')])).toEqual({
      'a.ts': 2,
      'b.ts': 1,
    });
  });
});

describe('the ratchet', () => {
  const listed = { old: 90, gone: 80 };

  it('lets what is listed stay and refuses what is new or grows', () => {
    expect(ratchetComplaints({ old: 90, gone: 80, small: 70 }, 70, listed)).toEqual([]);
    expect(ratchetComplaints({ old: 91, gone: 80, fresh: 71 }, 70, listed)).toEqual([
      'old has 91 lines; the limit is 90: split it',
      'fresh has 71 lines; the limit is 70: split it',
    ]);
  });

  it('asks for a tighter list when something shrank or went', () => {
    expect(ratchetComplaints({ old: 85 }, 70, listed)).toEqual([
      'old shrank from 90 to 85 lines: run npm run ratchet',
      'gone shrank from 80 to 0 lines: run npm run ratchet',
    ]);
  });

  it('is tightened, never loosened', () => {
    expect(tightened({ old: 85, gone: 60, fresh: 100 }, 70, listed)).toEqual({ old: 85 });
    expect(tightened({ old: 95, gone: 80 }, 70, listed)).toEqual(listed);
  });
});
