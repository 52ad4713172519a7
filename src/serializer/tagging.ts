import type { Expansion } from './expansion.js';
import type { Path } from './path.js';
import type { TagNode } from './tags.js';

/** The walk over a value, as far as the functions need it that tag one kind of object. `Tagger` is that walk. */
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
  /** Counts a buffer as met. Returns whether it has to be written as one object that several views show. */
  showsShared(buffer: object): boolean;
  /** @throws always */
  refuse(what: string, cause?: unknown): never;
}

/** The walk back, as far as the functions need it that read one kind of tag. `Untagger` is that walk. */
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
  /** Defines keys and values in an object. So `__proto__` is a key like others. */
  properties(node: unknown, into: object, enumerable: boolean): void;
}
