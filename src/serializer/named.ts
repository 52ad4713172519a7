import { flatted } from './flatted.js';
import { msgpack } from './msgpack.js';
import type { Serializer } from './serializer.js';

/** The name of a serializer of this package. Options take it in place of the serializer. */
export type SerializerName = 'msgpack' | 'flatted';

const named: ReadonlyMap<unknown, Serializer> = new Map([msgpack, flatted].map((serializer) => [serializer.name, serializer]));

/** The serializer of this name. Any other value stays what it is. */
export function serializerNamed(given: unknown): unknown {
  return named.get(given) ?? given;
}
