import { PaladinError } from '../errors/paladin-error.js';
import type { ClassRegistry } from './class-registry.js';
import type { Expansion } from './expansion.js';
import { malformed, shown } from './malformed.js';
import type { Untagging } from './tagging.js';
import { fromBase64, fromUtf16, type Dialect } from './tags.js';
import { untagBuiltIn } from './untag-built-ins.js';

/** Stands for a registered instance that is still being decoded and has no stand-in. */
const unfinished: unique symbol = Symbol('unfinished');

/**
 * The value that `tagValue` turned into this node.
 *
 * @param expansion that of the batch which the node is part of
 * @throws an Error when `tagValue` would not make a node like this
 */
export function untagValue(node: unknown, dialect: Dialect, classes: ClassRegistry, expansion: Expansion): unknown {
  return new Untagger(dialect, classes, expansion).untag(node);
}

/**
 * Makes each object empty first, enters it in `made`, and then fills it. So a cycle finds it there. It takes nothing for granted
 * about the nodes: they may come from a hostile peer.
 */
class Untagger implements Untagging {
  readonly expansion: Expansion;
  private readonly dialect: Dialect;
  private readonly classes: ClassRegistry;
  private readonly made: unknown[] = [];
  /** The numbers of objects by their nodes: in the text dialect an object that comes again is the same node. */
  private readonly madeOf = new Map<object, number>();

  constructor(dialect: Dialect, classes: ClassRegistry, expansion: Expansion) {
    this.expansion = expansion;
    this.dialect = dialect;
    this.classes = classes;
  }

  untag(node: unknown): unknown {
    if (typeof node === 'object') return node === null ? null : this.object(node);
    if (this.dialect === 'text' && typeof node !== 'string' && typeof node !== 'number' && typeof node !== 'boolean') {
      return malformed(`${typeof node} in text`);
    }
    return node;
  }

  enter<Made>(node: object, made: Made): Made {
    const number = this.made.push(made) - 1;
    if (this.dialect === 'text') this.madeOf.set(node, number);
    return made;
  }

  reserve(node: object): number {
    this.enter(node, unfinished);
    return this.made.length - 1;
  }

  settle<Made>(number: number, made: Made): Made {
    this.made[number] = made;
    return made;
  }

  list(node: unknown): readonly unknown[] {
    if (!Array.isArray(node)) return malformed('not a list');
    if (this.dialect === 'text') this.expansion.claim(node);
    return node;
  }

  text(node: unknown): string {
    const text = this.untag(node);
    return typeof text === 'string' ? text : malformed('not a string');
  }

  number(node: unknown): number {
    const number = this.untag(node);
    return typeof number === 'number' ? number : malformed('not a number');
  }

  bytes(node: unknown): Uint8Array<ArrayBuffer> {
    if (this.dialect === 'text') {
      if (typeof node !== 'string') return malformed('bytes that are not base64');
      const bytes = fromBase64(node);
      this.expansion.charge(bytes.byteLength);
      return bytes;
    }
    return node instanceof Uint8Array ? new Uint8Array(node) : malformed('not bytes');
  }

  units(node: unknown): string {
    if (this.dialect === 'text' && typeof node === 'string') {
      return this.expansion.string(node, (text) => fromUtf16(fromBase64(text)));
    }
    return fromUtf16(this.bytes(node));
  }

  properties(node: unknown, into: object, enumerable: boolean): void {
    const list = this.list(node);
    for (let at = 0; at < list.length; at += 2) {
      const key = this.text(list[at]);
      const value = this.untag(list[at + 1]);
      Object.defineProperty(into, key, { value, enumerable, writable: true, configurable: true });
    }
  }

  private object(node: object): unknown {
    const number = this.madeOf.get(node);
    if (number !== undefined) return this.again(number);
    // A node that is reached again is found above. Else it was read in another value, or as something else.
    if (this.dialect === 'text') this.expansion.claim(node);
    if (Array.isArray(node)) return this.array(node);
    if (Object.getPrototypeOf(node) !== Object.prototype) return malformed('neither object nor list');
    if (Object.hasOwn(node, '$')) return this.tagged(node, Reflect.get(node, '$'), Reflect.get(node, 'v'));
    const made = this.enter(node, {});
    for (const key of Object.keys(node)) {
      if (key === '__proto__') return malformed('a bare __proto__');
      Reflect.set(made, key, this.untag(Reflect.get(node, key)));
    }
    return made;
  }

  private array(node: readonly unknown[]): unknown[] {
    const made: unknown[] = this.enter(node, []);
    for (const item of node) made.push(this.untag(item));
    return made;
  }

  private tagged(node: object, kind: unknown, content: unknown): unknown {
    switch (kind) {
      case 'ref':
        return typeof content === 'number' ? this.again(content) : malformed('a reference without a number');
      case 'object':
      case 'null-object': {
        const made: object = this.enter(node, kind === 'object' ? {} : (Object.create(null) as object));
        this.properties(content, made, true);
        return made;
      }
      case 'class':
        return this.instance(node, this.list(content));
      default:
        return untagBuiltIn(this, node, kind, content);
    }
  }

  private instance(node: object, [name, encoded]: readonly unknown[]): unknown {
    const codec = typeof name === 'string' ? this.classes.byName.get(name) : undefined;
    if (codec === undefined) {
      const message = `class '${typeof name === 'string' ? shown(name) : typeof name}' is not registered with the serializer '${this.classes.serializer}' here`;
      throw new PaladinError('NOT_SERIALIZABLE', message);
    }
    if (codec.create === undefined) {
      const number = this.reserve(node);
      return this.settle(number, codec.decode(this.untag(encoded)));
    }
    const blank: unknown = this.enter(node, codec.create());
    if (codec.decode(this.untag(encoded), blank) !== blank) {
      throw new PaladinError('INVALID_INPUT', `class '${codec.name}': Expected decode to return the instance that create made`);
    }
    return blank;
  }

  private again(number: number): unknown {
    if (!(number in this.made)) return malformed('a reference to nothing');
    const made = this.made[number];
    return made === unfinished ? malformed('a cycle through an instance that cannot have one') : made;
  }
}
