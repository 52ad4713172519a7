/**
 * Values of another realm: a context of node:vm, which test runners make, or a frame. Their classes are other ones, with the same
 * names. The internal slots of a value show what it is, and the methods of this realm see these slots, too.
 */
import { errorNames, typedArrayNames } from './built-ins.js';

/** The prototype of plain objects, of any realm. */
export function isPlainPrototype(prototype: object): boolean {
  if (prototype === Object.prototype) return true;
  if (Object.getPrototypeOf(prototype) !== null) return false;
  const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return typeof constructor === 'function' && constructor.name === 'Object' && constructor.prototype === prototype;
}

/** Each throws where the value is none. */
const probes: ReadonlyMap<object, (value: object) => unknown> = new Map<object, (value: object) => unknown>([
  [Map.prototype, (value) => Map.prototype.has.call(value, 0)],
  [Set.prototype, (value) => Set.prototype.has.call(value, 0)],
  [Date.prototype, (value) => Date.prototype.getTime.call(value)],
  [RegExp.prototype, (value) => readSlot(RegExp.prototype, 'source', value)],
  [ArrayBuffer.prototype, (value) => readSlot(ArrayBuffer.prototype, 'byteLength', value)],
  [DataView.prototype, (value) => readSlot(DataView.prototype, 'byteLength', value)],
]);

const byName: ReadonlyMap<string, object> = new Map<string, object>([
  ['Array', Array.prototype],
  ['Map', Map.prototype],
  ['Set', Set.prototype],
  ['Date', Date.prototype],
  ['RegExp', RegExp.prototype],
  ['ArrayBuffer', ArrayBuffer.prototype],
  ['DataView', DataView.prototype],
  ...[...typedArrayNames, ...errorNames].map(([prototype, name]): [string, object] => [name, prototype]),
]);

// The class that all typed arrays have above their own.
const typedArray: object = Object.getPrototypeOf(Uint8Array.prototype) as object;

/**
 * The prototype in this realm for the prototype of a built-in class of another realm: that of the class of the same name.
 *
 * @returns undefined where it is not one, or where the value only has it for its prototype
 */
export function homePrototype(value: object, prototype: object): object | undefined {
  const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof constructor !== 'function' || constructor.prototype !== prototype) return undefined;
  const name: unknown = Object.getOwnPropertyDescriptor(constructor, 'name')?.value;
  const home = typeof name === 'string' ? byName.get(name) : undefined;
  // A class of the program's own may have the name, too. Only a built-in class has no source text.
  if (home === undefined || home === prototype || !isNative(constructor)) return undefined;
  return isOne(value, home) ? home : undefined;
}

/** Whether it is an ArrayBuffer, of any realm. */
export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return typeof value === 'object' && value !== null && (value instanceof ArrayBuffer || isOne(value, ArrayBuffer.prototype));
}

/** Whether the value is of the class that has this prototype here, whatever realm it is of. */
export function isOne(value: object, home: object): boolean {
  try {
    if (home === Array.prototype) return Array.isArray(value);
    const name = typedArrayNames.get(home);
    if (name !== undefined) return readSlot(typedArray, Symbol.toStringTag, value) === name;
    if (errorNames.has(home)) return Object.prototype.toString.call(value) === '[object Error]';
    const probe = probes.get(home);
    if (probe === undefined) return false;
    probe(value);
    return true;
  } catch {
    return false;
  }
}

function readSlot(prototype: object, key: string | symbol, of: object): unknown {
  return Object.getOwnPropertyDescriptor(prototype, key)?.get?.call(of);
}

function isNative(constructor: object): boolean {
  return /\{\s*\[native code\]\s*\}$/u.test(Function.prototype.toString.call(constructor));
}
