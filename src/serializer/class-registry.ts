import { describe } from '../errors/describe.js';
import { PaladinError } from '../errors/paladin-error.js';
import { holds, abridged } from '../errors/thrown.js';
import { maxShownKeys, maxShownLength } from './limits.js';
import { checkOptions, isList, namesOf } from '../errors/options.js';
import { errorNames, NodeBuffer, typedArrayNames } from './built-ins.js';
import type { ClassCodec, SerializerOptions } from './serializer.js';

/** The registered classes of one serializer: by prototype for encoding, by name for decoding. */
export interface ClassRegistry {
  readonly serializer: string;
  readonly byPrototype: ReadonlyMap<object, ClassCodec>;
  readonly byName: ReadonlyMap<string, ClassCodec>;
}

const builtIn: ReadonlySet<object> = new Set<object>([
  Object.prototype,
  Array.prototype,
  Map.prototype,
  Set.prototype,
  Date.prototype,
  RegExp.prototype,
  ArrayBuffer.prototype,
  DataView.prototype,
  ...typedArrayNames.keys(),
  ...errorNames.keys(),
]);

/**
 * @param where the factory, for the message
 * @throws {@link PaladinError} `INVALID_INPUT` when an option is wrong
 */
export function classRegistry(options: SerializerOptions, where: string): ClassRegistry {
  const expect = (what: string, got: unknown): never => {
    throw new PaladinError('INVALID_INPUT', `${where}: Expected ${what}, got ${shown(got)}`);
  };
  // Options come from users' JavaScript too, so what their type promises is checked.
  const given: unknown = options;
  if (typeof given !== 'object' || given === null) return expect('options with a name', given);
  checkOptions(where, options, { name: true, classes: true });
  const name: unknown = options.name;
  if (typeof name !== 'string' || name === '') return expect('a name that is a non-empty string', name);
  const classes: unknown = options.classes ?? [];
  if (!isList(classes)) return expect('classes to be an array', classes);
  const byPrototype = new Map<object, ClassCodec>();
  const byName = new Map<string, ClassCodec>();
  for (const codec of classes) {
    if (!isCodec(codec)) return expect('a class codec (name, class, encode, decode and perhaps create)', codec);
    // A class has an object for its prototype.
    const prototype = codec.class.prototype as object;
    const carried = builtIn.has(prototype) || prototype === NodeBuffer?.prototype;
    if (carried) expect('a class that the serializer does not carry already', codec.class);
    if (byName.has(codec.name)) expect('class names to be unique', codec.name);
    if (byPrototype.has(prototype)) expect('each class to be registered once', codec.class);
    byName.set(codec.name, codec);
    byPrototype.set(prototype, codec);
  }
  return { serializer: name, byPrototype, byName };
}

/** Whether it is a codec. A value that cannot be read is none. */
function isCodec(codec: unknown): codec is ClassCodec & { readonly class: { readonly prototype: unknown } } {
  return typeof codec === 'object' && codec !== null && holds(() => hasParts(codec));
}

function hasParts(codec: object): boolean {
  const get = (key: keyof ClassCodec): unknown => Reflect.get(codec, key);
  const name = get('name');
  const type = get('class');
  const create = get('create');
  return (
    typeof name === 'string' &&
    name !== '' &&
    typeof type === 'function' &&
    typeof type.prototype === 'object' &&
    type.prototype !== null &&
    typeof get('encode') === 'function' &&
    typeof get('decode') === 'function' &&
    (create === undefined || typeof create === 'function')
  );
}

function shown(value: unknown): string {
  if (isList(value)) return 'an array';
  if (typeof value !== 'object' || value === null) return describe(value);
  return `an object with the keys ${abridged(namesOf(value).slice(0, maxShownKeys).join(', ') || '(none)', maxShownLength)}`;
}
