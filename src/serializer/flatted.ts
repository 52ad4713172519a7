import { parse, stringify } from 'flatted';
import { PaladinError } from '../errors/paladin-error.js';
import { classRegistry, type ClassRegistry } from './class-registry.js';
import { NotSerializableError, type Serializer, type SerializerOptions } from './serializer.js';
import { tagValue } from './tagger.js';
import { untagValue } from './untagger.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Makes a flatted serializer under a name of its own, which also carries instances of the registered classes.
 *
 * @throws {@link PaladinError} `INVALID_INPUT` when the options are not what they must be
 *
 * @example
 * ```ts
 * import { createFlatted } from 'paladin-rx';
 *
 * export const links = createFlatted({
 *   name: 'links',
 *   classes: [{ name: 'URL', class: URL, encode: (url: URL) => url.href, decode: (href: string) => new URL(href) }],
 * });
 * const [url] = links.decode(links.encode([new URL('http://127.0.0.1:7400')]));
 * console.log(url instanceof URL); // true
 * ```
 */
export function createFlatted(options: SerializerOptions): Serializer {
  return new Flatted(classRegistry(options, 'createFlatted'));
}

class Flatted implements Serializer {
  readonly name: string;
  private readonly classes: ClassRegistry;

  constructor(classes: ClassRegistry) {
    this.name = classes.serializer;
    this.classes = classes;
  }

  encode(values: readonly unknown[]): Uint8Array {
    const nodes = values.map((value, index) => tagValue(value, index, 'text', this.classes));
    try {
      return encoder.encode(stringify(nodes));
    } catch (cause) {
      throw new NotSerializableError(0, '$', 'too large to be written as text', { cause });
    }
  }

  decode(bytes: Uint8Array): unknown[] {
    try {
      const nodes: unknown = parse(decoder.decode(bytes));
      if (!Array.isArray(nodes)) throw new Error('not a batch');
      return nodes.map((node) => untagValue(node, 'text', this.classes));
    } catch (cause) {
      if (cause instanceof PaladinError) throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new PaladinError('PROTOCOL', `serializer '${this.name}': a payload cannot be decoded: ${why}`, { cause });
    }
  }
}

/**
 * JSON text by flatted, with cycles, shared references and tags for the built-in types: readable on the wire and by any language.
 *
 * @example
 * ```ts
 * import { flatted } from 'paladin-rx';
 *
 * const bytes = flatted.encode([{ id: 1n }]);
 * console.log(new TextDecoder().decode(bytes)); // [["1"],{"id":"2"},{"$":"3","v":"4"},"bigint","1"]
 * ```
 */
export const flatted: Serializer = createFlatted({ name: 'flatted' });
