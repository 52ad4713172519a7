import { parse, stringify } from 'flatted';
import { classRegistry, type ClassRegistry } from './class-registry.js';
import { Expansion, mostExpandedBytes } from './expansion.js';
import { checkSent, checkText } from './made-memory.js';
import { undecodable } from './malformed.js';
import { NotSerializableError, type Serializer, type SerializerOptions } from './serializer.js';
import { tagValue } from './tagger.js';
import type { TagNode } from './tags.js';
import { untagValue } from './untagger.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Makes a flatted serializer under a name of its own, which also carries instances of the registered classes.
 *
 * @param options see {@link SerializerOptions}
 * @returns the serializer; export it from the modules of workers, so that they know it
 * @throws `PaladinError` `INVALID_INPUT` when an option is wrong
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
    const expansion = new Expansion(Infinity, values.length > 1);
    const nodes = values.map((value, index) => tagValue(value, index, 'text', this.classes, expansion));
    const text = this.write(nodes);
    if (expansion.bytes > mostExpandedBytes(text.byteLength)) {
      throw new NotSerializableError(0, '$', `part of ${expansion.bytes} bytes in binary values, most of which are equal`);
    }
    checkSent(values.length, () => checkText(text));
    return text;
  }

  decode(bytes: Uint8Array): unknown[] {
    try {
      checkText(bytes);
      const nodes: unknown = parse(decoder.decode(bytes));
      if (!Array.isArray(nodes)) throw new Error('not a batch');
      const expansion = new Expansion(mostExpandedBytes(bytes.byteLength));
      return nodes.map((node) => untagValue(node, 'text', this.classes, expansion));
    } catch (cause) {
      throw undecodable(this.name, cause);
    }
  }

  private write(nodes: readonly TagNode[]): Uint8Array {
    try {
      return encoder.encode(stringify(nodes));
    } catch (cause) {
      throw new NotSerializableError(0, '$', 'too large to be written as text', { cause });
    }
  }
}

/**
 * A serializer that writes JSON text, by flatted: people and other languages can read it on the wire. It carries cycles, shared
 * references and the built-in types, as `msgpack` does.
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
