/** The topics on which messages pass while somebody looks: a tree with the last value of each, of bounded size. */

import type { TapPacket } from '../../api/types.ts';
import { payloadText } from '../../parts/payload-text.ts';

const NODES_MAX = 20_000;
const LEVELS_MAX = 64;
const VALUE_CHARACTERS_MAX = 60;

export interface TopicNode {
  readonly level: string;
  readonly topic: string;
  readonly depth: number;
  readonly children: Map<string, TopicNode>;
  /** Messages at or below it since the page was opened. */
  messages: number;
  /** The beginning of the last payload on exactly this topic. */
  value: string | undefined;
}

function makeNode(level: string, topic: string, depth: number): TopicNode {
  return { level, topic, depth, children: new Map(), messages: 0, value: undefined };
}

export class LiveTopics {
  readonly #root = makeNode('', '', 0);
  #nodes = 0;
  /** Whether topics were left out because there are too many. */
  isFull = false;

  get size(): number {
    return this.#nodes;
  }

  add({ topic, payload }: TapPacket): void {
    if (topic === undefined) return;
    const value = payloadText(payload).slice(0, VALUE_CHARACTERS_MAX);
    this.put(topic, 1, value);
  }

  /** A topic that is known, with so many messages. */
  put(topic: string, messages: number, value: string | undefined): void {
    const levels = topic.split('/').slice(0, LEVELS_MAX);
    let node = this.#root;
    for (const [index, level] of levels.entries()) {
      let child = node.children.get(level);
      if (child === undefined) {
        if (this.#nodes >= NODES_MAX) {
          this.isFull = true;
          return;
        }
        this.#nodes++;
        child = makeNode(level, levels.slice(0, index + 1).join('/'), index + 1);
        node.children.set(level, child);
      }
      child.messages += messages;
      node = child;
    }
    node.value = value ?? node.value ?? '';
  }

  /** The lines of the tree from top to bottom: what lies below an open node, and everything that leads to a match. */
  lines(isOpen: (node: TopicNode) => boolean, search: string): TopicNode[] {
    const found: TopicNode[] = [];
    const wanted = search.toLowerCase();
    const open = (node: TopicNode): void => {
      for (const child of [...node.children.values()].sort((one, other) => (one.level < other.level ? -1 : 1))) {
        if (wanted !== '' && !matches(child, wanted)) continue;
        found.push(child);
        if (isOpen(child)) open(child);
      }
    };
    open(this.#root);
    return found;
  }
}

function matches(node: TopicNode, wanted: string): boolean {
  if (node.topic.toLowerCase().includes(wanted)) return true;
  for (const child of node.children.values()) if (matches(child, wanted)) return true;
  return false;
}
