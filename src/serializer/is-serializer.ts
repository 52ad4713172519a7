import { holds } from '../errors/thrown.js';
import type { Serializer } from './serializer.js';

/**
 * Says whether a value can be used as a serializer: it has a name and the two functions. Serializers need not come from this
 * package. It never throws.
 *
 * @param value anything
 * @returns whether it is a serializer
 *
 * @example
 * ```ts
 * import { isSerializer, type Serializer } from 'paladin-rx';
 *
 * const json: Serializer = {
 *   name: 'json',
 *   encode: (values) => new TextEncoder().encode(JSON.stringify(values)),
 *   decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)) as unknown[],
 * };
 * console.log(isSerializer(json), isSerializer('json')); // true false
 * ```
 */
export function isSerializer(value: unknown): value is Serializer {
  if (typeof value !== 'object' || value === null) return false;
  return holds(() => {
    const name: unknown = Reflect.get(value, 'name');
    return (
      typeof name === 'string' &&
      name !== '' &&
      typeof Reflect.get(value, 'encode') === 'function' &&
      typeof Reflect.get(value, 'decode') === 'function'
    );
  });
}
