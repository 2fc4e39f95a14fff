/**
 * Reads `hoopoe.yaml`. Maps of any depth become dotted paths, so `limits: {packet_bytes_max: 1MB}` and
 * `limits.packet_bytes_max: 1MB` are the same. The text is untrusted: whatever it holds, the answer is a Reading with
 * its problems, in bounded time.
 */

import { dirname } from 'node:path';
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type Scalar } from 'yaml';
import { findOption, isSection, unknownSectionText } from './catalog.ts';
import { type Origin, originText } from './error.ts';
import { Reading } from './reading.ts';
import { quoted } from './value.ts';

/** A configuration is some kilobytes. The bounds keep a file of another kind from taking the start down. */
const textLengthMax = 1024 * 1024;
const nodesMax = 20_000;
const depthMax = 6;

/** @param file as the operator wrote it; problems name it, and relative paths begin at its folder */
export function readYaml(text: string, file: string): Reading {
  const reading = new Reading();
  if (text.length > textLengthMax) {
    reading.problem(
      { kind: 'file', file, line: 0 },
      `has ${text.length} characters; the limit is ${textLengthMax}. Is this a configuration file?`,
    );
    return reading;
  }
  new YamlWalk(reading, file).read(text);
  return reading;
}

class YamlWalk {
  readonly #reading: Reading;
  readonly #file: string;
  readonly #lines: LineCounter = new LineCounter();
  #resolve: (node: Node) => Node | undefined = () => undefined;
  #nodes = 0;

  constructor(reading: Reading, file: string) {
    this.#reading = reading;
    this.#file = file;
  }

  read(text: string): void {
    const document = parse(text, this.#lines);
    if (typeof document === 'string') {
      this.#reading.problem(this.#at(0), document);
      return;
    }
    for (const error of document.errors) this.#reading.problem(this.#at(error.pos[0]), yamlErrorText(error));
    if (document.errors.length > 0) return;
    this.#resolve = (node) => (isAlias(node) ? node.resolve(document) : node);
    const root = document.contents as Node | null;
    if (root === null || (isScalar(root) && root.value === null)) return;
    if (isMap(root)) this.#map(root, '', 0);
    else this.#reading.problem(this.#at(root.range?.[0]), 'got something else; allowed: options as "name: value"');
  }

  #map(map: { items: readonly { key: unknown; value: unknown }[] }, prefix: string, depth: number): void {
    for (const { key, value } of map.items) {
      if (++this.#nodes > nodesMax) return;
      if (this.#nodes === nodesMax) this.#reading.problem(this.#at(0), `has more than ${nodesMax} entries`);
      const at = this.#at((key as Node | null)?.range?.[0]);
      if (!isScalar(key) || key.value === null) this.#reading.problem(at, 'got a key that is no text');
      else this.#entry(prefix + scalarText(key), value as Node | null, at, depth);
    }
  }

  #entry(path: string, written: Node | null, at: Origin, depth: number): void {
    const node = written === null ? undefined : this.#resolve(written);
    if (path.endsWith('.<<')) {
      this.#reading.problem(at, 'merge keys (<<) are not understood; write the options out');
      return;
    }
    if (isSection(path)) this.#reading.mention(path, at);
    if (isMap(node) && findOption(path) === undefined) {
      const unknown = unknownSectionText(path);
      if (unknown !== undefined) {
        this.#reading.problem(at, unknown);
        return;
      }
      // An alias is followed only where options can lie, so that nested aliases cannot multiply.
      if (depth >= depthMax || (node !== written && !isSection(path))) {
        this.#reading.problem(at, `unknown section ${quoted(path)}`);
      } else if (node.items.length > 0 || isSection(path)) {
        this.#map(node, `${path}.`, depth + 1);
      } else {
        this.#reading.problem(at, `unknown section ${quoted(path)}`);
      }
      return;
    }
    const empty = node === undefined || (isScalar(node) && node.value === null);
    // A section whose options are all commented out is empty, and not a mistake.
    if (empty && isSection(path)) return;
    if (isSection(path)) this.#reading.problem(at, `${path}: got a value; allowed: options as "name: value" below it`);
    else this.#option(path, this.#raw(node, path), at);
  }

  #option(path: string, raw: unknown, at: Origin): void {
    const before = this.#reading.assignments.get(path);
    if (before === undefined) this.#reading.assign(path, raw, at, dirname(this.#file));
    else this.#reading.problem(at, `${path} is given twice; the first is at ${originText(before.origin)}`);
  }

  #raw(node: Node | undefined, path: string): unknown {
    if (isSeq(node)) {
      return node.items.slice(0, nodesMax).map((item) => {
        const element = item === null ? undefined : this.#resolve(item as Node);
        return isScalar(element) && element.value !== null ? scalarText(element) : undefined;
      });
    }
    const kind = findOption(path)?.row.type.kind;
    if (isMap(node)) return kind === 'list' ? this.#pairs(node) : {};
    if (!isScalar(node)) return undefined;
    // Texts are taken as they were written: the user name 0123 is not the number 123.
    const counts = kind === 'boolean' || kind === 'integer' || kind === 'size' || kind === 'duration';
    return node.value === null || counts ? node.value : scalarText(node);
  }

  /** A list of `name=value` may be written as a map; what is no text is written as JSON. */
  #pairs(map: { items: readonly { key: unknown; value: unknown }[] }): unknown[] {
    return map.items.slice(0, nodesMax).map(({ key, value }) => {
      const node = value === null ? undefined : this.#resolve(value as Node);
      if (!isScalar(key) || key.value === null) return undefined;
      if (isScalar(node)) return `${scalarText(key)}=${node.value === null ? '' : scalarText(node)}`;
      return isSeq(node) ? `${scalarText(key)}=${JSON.stringify(this.#raw(node, ''))}` : undefined;
    });
  }

  #at(offset: number | undefined): Origin {
    const line = offset === undefined ? 0 : this.#lines.linePos(offset).line;
    return { kind: 'file', file: this.#file, line };
  }
}

function parse(text: string, lineCounter: LineCounter): ReturnType<typeof parseDocument> | string {
  try {
    // The parser's own search for names given twice takes quadratic time; the walk finds them as well.
    return parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false });
  } catch (error) {
    // The parser recurses, so thousands of nested brackets exhaust the stack.
    return `cannot be read as YAML (${(error as Error).message})`;
  }
}

function yamlErrorText(error: { code: string; message: string }): string {
  if (error.code === 'MULTIPLE_DOCS')
    return 'begins a second document; a configuration is one, so take the line --- out';
  if (error.code === 'TAB_AS_INDENT') return 'a tab is used for indentation; YAML allows blanks only';
  return `is no valid YAML: ${error.message}`;
}

function scalarText(scalar: Scalar): string {
  return typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? String(scalar.value));
}
