import type { Expansion } from './expansion.js';
import type { Path } from './path.js';
import type { TagNode } from './tags.js';

/** What tagging one kind of object needs of the walk that it is part of; `Tagger` is that walk. */
export interface Tagging {
  readonly expansion: Expansion;
  expandedBytes: number;
  /** Where the walk stands. */
  readonly path: Path;
  tag(value: unknown): TagNode;
  /** Tags what is found one step further in; the step stays on the path when that fails. */
  tagAt(step: Parameters<Path['push']>[0], value: unknown): TagNode;
  /** Reads and tags properties into a list of keys and values. */
  tagProperties(value: object, keys: readonly string[]): TagNode[];
  /** Enters an object as met, with the node that its contents will be put into. */
  enter<Node extends TagNode>(value: object, node: Node): Node;
  bytes(bytes: Uint8Array): TagNode;
  /** Counts a buffer as met; whether it has to be written as one object that several show. */
  showsShared(buffer: object): boolean;
  /** @throws always */
  refuse(what: string, cause?: unknown): never;
}

/** The way back: what one kind of tag needs of the walk; `Untagger` is that walk. */
export interface Untagging {
  readonly expansion: Expansion;
  untag(node: unknown): unknown;
  /** Enters an object as made of a node, before it is filled. */
  enter<Made>(node: object, made: Made): Made;
  /** Enters a node whose object cannot be made before its contents. @returns its number, for `settle` */
  reserve(node: object): number;
  settle<Made>(number: number, made: Made): Made;
  /** The list that is a tag's content, and nobody else's. */
  list(node: unknown): readonly unknown[];
  text(node: unknown): string;
  number(node: unknown): number;
  /** The UTF-16 units that a tag holds, as a string. */
  units(node: unknown): string;
  /** Bytes with a buffer of their own. */
  bytes(node: unknown): Uint8Array<ArrayBuffer>;
  /** Keys and values, put into an object by definition, so that `__proto__` is a key like others. */
  properties(node: unknown, into: object, enumerable: boolean): void;
}
