import { flatted } from './flatted.js';
import { msgpack } from './msgpack.js';
import type { Serializer } from './serializer.js';

/** A serializer of this package goes by its name, too. */
export type SerializerName = 'msgpack' | 'flatted';

const named: ReadonlyMap<unknown, Serializer> = new Map([msgpack, flatted].map((serializer) => [serializer.name, serializer]));

/** The serializer of this name; what is no such name stays what it is. */
export function serializerNamed(given: unknown): unknown {
  return named.get(given) ?? given;
}
