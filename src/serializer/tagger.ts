import type { ClassRegistry } from './class-registry.js';
import { TooMuchTogether, type Expansion } from './expansion.js';
import { maxDepth, maxRecordKeys } from './limits.js';
import { Path } from './path.js';
import { isSafeKey, isSafeText } from './safe-text.js';
import { NotSerializableError, type ClassCodec } from './serializer.js';
import { tagBuiltIn } from './tag-built-ins.js';
import type { Tagging } from './tagging.js';
import { tag, toBase64, toUtf16, type Dialect, type TagNode } from './tags.js';
import { refused, refuseExtras } from './tag-refusals.js';
import { homePrototype, isPlainPrototype } from './realms.js';
import { isA, isError, messageOf } from '../errors/thrown.js';

/**
 * An object that was met before: its node (text) or number (binary). `open` names its class while its codec is not done and
 * nothing can stand in for it.
 */
interface Met {
  node: TagNode;
  readonly number: number;
  open: string | undefined;
}

/**
 * Makes plain data of one value (see tags.ts). Its path is at hand for errors.
 *
 * Every object is entered in `met` before its contents are looked at, so that a cycle finds it there. `Untagger` counts objects
 * in the same order.
 *
 * @throws {@link NotSerializableError}
 */
export function tagValue(
  value: unknown,
  valueIndex: number,
  dialect: Dialect,
  classes: ClassRegistry,
  expansion: Expansion,
): TagNode {
  let tagger = new Tagger(valueIndex, dialect, classes, new Set(), expansion);
  let node = tagger.tag(value);
  const shared = tagger.sharedBuffers();
  if (shared.size > 0) {
    // Only after the first view was written it is known that a second one shows the same buffer. So the value is tagged once
    // more, knowing that.
    tagger = new Tagger(valueIndex, dialect, classes, shared, expansion);
    node = tagger.tag(value);
  }
  expansion.charge(tagger.expandedBytes);
  return node;
}

class Tagger implements Tagging {
  readonly path: Path = new Path();
  readonly expansion: Expansion;
  /** The bytes of binary values and regular expressions. */
  expandedBytes = 0;
  private readonly dialect: Dialect;
  private readonly valueIndex: number;
  private readonly classes: ClassRegistry;
  private readonly shared: ReadonlySet<object>;
  private readonly met = new Map<object, Met>();
  private readonly shown = new Map<object, number>();

  constructor(valueIndex: number, dialect: Dialect, classes: ClassRegistry, shared: ReadonlySet<object>, expansion: Expansion) {
    this.expansion = expansion;
    this.valueIndex = valueIndex;
    this.dialect = dialect;
    this.classes = classes;
    this.shared = shared;
  }

  /** The buffers that were met more than once: by views, or as themselves. */
  sharedBuffers(): ReadonlySet<object> {
    return new Set([...this.shown].filter(([, times]) => times > 1).map(([buffer]) => buffer));
  }

  tag(value: unknown): TagNode {
    switch (typeof value) {
      case 'string':
        return this.dialect === 'text' || isSafeText(value) ? value : tag('string', toUtf16(value));
      case 'number':
        if (Object.is(value, -0)) return tag('number', '-0');
        return this.dialect === 'text' && !Number.isFinite(value) ? tag('number', String(value)) : value;
      case 'bigint':
        return this.dialect === 'text' ? tag('bigint', String(value)) : value;
      case 'undefined':
        return this.dialect === 'text' ? tag('undefined', null) : value;
      case 'boolean':
        return value;
      case 'object':
        return value === null ? null : this.object(value);
      case 'function':
        return this.refuse(value.name === '' ? 'a function' : `a function (${value.name})`);
      default:
        return this.refuse('a symbol');
    }
  }

  tagAt(step: Parameters<Path['push']>[0], value: unknown): TagNode {
    this.path.push(step);
    const node = this.tag(value);
    this.path.pop();
    return node;
  }

  tagProperties(value: object, keys: readonly string[]): TagNode[] {
    const list: TagNode[] = [];
    for (const key of keys) list.push(this.tag(key), this.property(value, key));
    return list;
  }

  bytes(bytes: Uint8Array): TagNode {
    this.expandedBytes += bytes.byteLength;
    return this.dialect === 'text' ? toBase64(bytes) : bytes;
  }

  showsShared(buffer: object): boolean {
    this.shown.set(buffer, (this.shown.get(buffer) ?? 0) + 1);
    return this.shared.has(buffer);
  }

  refuse(what: string, cause?: unknown): never {
    throw new NotSerializableError(this.valueIndex, this.path.toString(), what, cause === undefined ? undefined : { cause });
  }

  enter<Node extends TagNode>(value: object, node: Node): Node {
    this.met.set(value, { node, number: this.met.size, open: undefined });
    return node;
  }

  private object(value: object): TagNode {
    const met = this.met.get(value);
    if (met !== undefined) {
      if (met.open !== undefined) {
        return this.refuse(`an instance of class ${met.open} that holds itself, whose codec has no 'create'`);
      }
      return this.dialect === 'text' ? met.node : tag('ref', met.number);
    }
    if (this.path.length >= maxDepth) return this.refuse(`nested more than ${maxDepth} levels deep`);
    try {
      return this.contents(value);
    } catch (error) {
      if (isA(error, NotSerializableError) || isA(error, TooMuchTogether)) throw error;
      const why = isError(error) ? messageOf(error) : 'it threw something that is not an error';
      return this.refuse(`something that cannot be read (${why})`, error);
    }
  }

  private contents(value: object): TagNode {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === null) return this.plain(value, 'null-object');
    // A prototype that is not null is an object.
    const codec = this.classes.byPrototype.get(prototype as object);
    if (codec !== undefined) return this.instance(value, codec);
    if (isPlainPrototype(prototype as object)) return this.plain(value, 'object');
    return this.builtIn(value, prototype as object) ?? this.refuse(refused(value));
  }

  /** @returns the tag; undefined when the value is no instance of a built-in class of any realm */
  private builtIn(value: object, prototype: object): TagNode | undefined {
    if (prototype === Array.prototype && Array.isArray(value)) return this.array(value);
    const node = tagBuiltIn(this, value, prototype);
    const home = node === undefined ? homePrototype(value, prototype) : undefined;
    return home === undefined ? node : this.builtIn(value, home);
  }

  private plain(value: object, kind: 'object' | 'null-object'): TagNode {
    const looks = Object.prototype.toString.call(value).slice(8, -1);
    if (looks !== 'Object') return this.refuse(`an object that is no plain data (${looks})`);
    const keys = Object.keys(value);
    refuseExtras(this, value, keys, keys.length);
    if (kind === 'null-object' || keys.length > maxRecordKeys || !keys.every(isSafeKey)) {
      const list = this.enter(value, tag(kind, []));
      list.v = this.tagProperties(value, keys);
      return list;
    }
    const node: { [key: string]: TagNode } = this.enter(value, {});
    for (const key of keys) node[key] = this.property(value, key);
    return node;
  }

  private array(value: readonly unknown[]): TagNode {
    const node: TagNode[] = this.enter(value, []);
    for (let at = 0; at < value.length; at++) {
      const item = value[at];
      this.path.push(at);
      if (item === undefined && !Object.hasOwn(value, at)) this.refuse('a hole in an array');
      node.push(this.tag(item));
      this.path.pop();
    }
    refuseExtras(this, value, undefined, value.length);
    return node;
  }

  private instance(value: object, codec: ClassCodec): TagNode {
    const node = tag('class', null);
    const met: Met = { node, number: this.met.size, open: codec.create === undefined ? codec.name : undefined };
    this.met.set(value, met);
    this.path.push({ text: () => `{${codec.name}}` });
    let encoded: unknown;
    try {
      encoded = codec.encode(value);
    } catch (error) {
      this.path.pop();
      return this.refuse(`an instance of class ${codec.name}, whose codec could not encode it`, error);
    }
    node.v = [codec.name, this.tag(encoded)];
    this.path.pop();
    met.open = undefined;
    return node;
  }

  private property(value: object, key: string): TagNode {
    this.path.push(key);
    const node = this.tag(Reflect.get(value, key));
    this.path.pop();
    return node;
  }
}
