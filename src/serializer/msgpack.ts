import { isA } from '../errors/thrown.js';
import { NodeBuffer } from './built-ins.js';
import { classRegistry, type ClassRegistry } from './class-registry.js';
import { Expansion, mostExpandedBytes, TooMuchTogether } from './expansion.js';
import { maxScratchBytes } from './limits.js';
import { checkSent, mayOverflow } from './made-memory.js';
import { undecodable } from './malformed.js';
import { checkTokens } from './msgpack-tokens.js';
import { decodeNumbers, encodeNumbers } from './number-layout.js';
import { Packr, RESET_BUFFER_MODE } from './packr.js';
import { plainLayout, type PlainLayout } from './plain-check.js';
import { NotSerializableError, type Serializer, type SerializerOptions } from './serializer.js';
import { decodeStrings, encodeStrings } from './string-layout.js';
import { tagValue } from './tagger.js';
import { unfilled } from './unfilled.js';
import { untagValue } from './untagger.js';

/** The first byte of the payload. Batches of numbers or strings have layouts of their own. */
const layouts: Readonly<Record<PlainLayout, number>> = { records: 1, maps: 2, tagged: 3 };

/** Structured cloning is off: msgpackr's own mixes up objects and Maps in some cycles. Tags carry what is shared. */
const options = { moreTypes: true, structuredClone: false, copyBuffers: true };

/**
 * Makes a msgpack serializer under a name of its own, which also carries instances of the registered classes.
 *
 * @param options see {@link SerializerOptions}
 * @returns the serializer; export it from the modules of workers, so that they know it
 * @throws `PaladinError` `INVALID_INPUT` when an option is wrong
 *
 * @example
 * ```ts
 * import { createMsgpack } from 'paladin-rx';
 *
 * class Point {
 *   readonly x: number;
 *   readonly y: number;
 *   constructor(x: number, y: number) {
 *     this.x = x;
 *     this.y = y;
 *   }
 * }
 *
 * export const geometry = createMsgpack({
 *   name: 'geometry',
 *   classes: [
 *     {
 *       name: 'Point',
 *       class: Point,
 *       encode: (point: Point) => [point.x, point.y],
 *       decode: ([x, y]: [number, number]) => new Point(x, y),
 *     },
 *   ],
 * });
 * console.log(geometry.decode(geometry.encode([new Point(1, 2)]))); // [ Point { x: 1, y: 2 } ]
 * ```
 */
export function createMsgpack(options: SerializerOptions): Serializer {
  return new Msgpack(classRegistry(options, 'createMsgpack'));
}

class Msgpack implements Serializer {
  readonly name: string;
  private readonly classes: ClassRegistry;
  private readonly records = new Packr({ ...options });
  private readonly maps = new Packr({ ...options, useRecords: false, variableMapSize: true, mapsAsObjects: true });

  constructor(classes: ClassRegistry) {
    this.name = classes.serializer;
    this.classes = classes;
  }

  encode(values: readonly unknown[]): Uint8Array {
    const first = values[0];
    const uniform =
      typeof first === 'number' ? encodeNumbers(values) : typeof first === 'string' ? encodeStrings(values) : undefined;
    if (uniform !== undefined) return uniform;
    const layout = plainLayout(values);
    if (layout !== 'tagged') {
      try {
        return this.pack(layout, values);
      } catch (error) {
        if (isA(error, TooMuchTogether) || isA(error, NotSerializableError)) throw error;
        // A getter that threw only now, or a nearly full stack: tagging reads each value once and says what is wrong.
      }
    }
    const expansion = new Expansion(Infinity, values.length > 1);
    const nodes = values.map((value, index) => tagValue(value, index, 'binary', this.classes, expansion));
    try {
      return this.pack('tagged', nodes);
    } catch (cause) {
      if (isA(cause, TooMuchTogether) || isA(cause, NotSerializableError)) throw cause;
      throw new NotSerializableError(0, '$', 'too large or nested too deeply to be packed', { cause });
    }
  }

  decode(bytes: Uint8Array): unknown[] {
    try {
      return decodeNumbers(bytes) ?? decodeStrings(bytes) ?? this.unpack(bytes);
    } catch (cause) {
      throw undecodable(this.name, cause);
    }
  }

  private pack(layout: PlainLayout, values: readonly unknown[]): Uint8Array {
    const packr = layout === 'maps' ? this.maps : this.records;
    // msgpackr returns a view on its scratch buffer, and goes on writing to that.
    const packed = packr.pack(values, RESET_BUFFER_MODE);
    const bytes = unfilled(packed.byteLength + 1);
    bytes[0] = layouts[layout];
    bytes.set(packed, 1);
    if (packed.buffer.byteLength > maxScratchBytes) packr.useBuffer(freshScratch());
    if (mayOverflow(bytes.byteLength)) checkSent(values.length, () => checkTokens(bytes.subarray(1), layout));
    return bytes;
  }

  private unpack(bytes: Uint8Array): unknown[] {
    // The view is a new one, because msgpackr sets a property on it. It is no Buffer, because binary values become what the view
    // is.
    const packed = new Uint8Array(bytes.buffer, bytes.byteOffset + 1, Math.max(0, bytes.byteLength - 1));
    const layout = bytes[0];
    if (layout !== layouts.records && layout !== layouts.maps && layout !== layouts.tagged) throw new Error('an unknown layout');
    checkTokens(packed, layout === layouts.maps ? 'maps' : layout === layouts.records ? 'records' : 'tagged');
    const values: unknown = (layout === layouts.maps ? this.maps : this.records).unpack(packed);
    if (!Array.isArray(values)) throw new Error('not a batch');
    if (layout !== layouts.tagged) return values;
    const expansion = new Expansion(mostExpandedBytes(bytes.byteLength));
    return values.map((node) => untagValue(node, 'binary', this.classes, expansion));
  }
}

function freshScratch(): Uint8Array {
  const bytes = 8192;
  return NodeBuffer === undefined ? new Uint8Array(bytes) : NodeBuffer.allocUnsafeSlow(bytes);
}

/**
 * The default serializer: it writes msgpack, by msgpackr. It carries cycles, shared references and the built-in types: `Date`,
 * `Map`, `Set`, `BigInt`, typed arrays, `Error`, `RegExp`, `undefined`, `NaN`, `-0` and the infinities.
 *
 * @example
 * ```ts
 * import { msgpack } from 'paladin-rx';
 *
 * const bytes = msgpack.encode([{ when: new Date(0), tags: new Set(['a']) }]);
 * console.log(msgpack.decode(bytes)); // [ { when: 1970-01-01T00:00:00.000Z, tags: Set(1) { 'a' } } ]
 * ```
 */
export const msgpack: Serializer = createMsgpack({ name: 'msgpack' });
