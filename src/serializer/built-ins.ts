/** The built-in classes that every serializer carries. Instances are known by their prototype. */

/** Any typed array class. */
export type TypedArrayClass = new (
  buffer: ArrayBuffer,
  byteOffset?: number,
  length?: number,
) => ArrayBufferView & { readonly length: number };

const typedArrays: TypedArrayClass[] = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
];

/** The classes of typed arrays that msgpackr packs by itself, by prototype. */
export const packedTypedArrays: ReadonlySet<object> = new Set(typedArrays.map((type): object => type.prototype as object));

// Newer engines have it, and the types of the language do not know it yet.
const float16: unknown = Reflect.get(globalThis, 'Float16Array');
if (typeof float16 === 'function') typedArrays.push(float16 as TypedArrayClass);

export const typedArrayNames: ReadonlyMap<object, string> = new Map(
  typedArrays.map((type) => [type.prototype as object, type.name]),
);
export const typedArrayClasses: ReadonlyMap<string, TypedArrayClass> = new Map(typedArrays.map((type) => [type.name, type]));

const errors: readonly ErrorConstructor[] = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];

/** The name of a built-in error class by its prototype. */
export const errorNames: ReadonlyMap<object, string> = new Map<object, string>([
  ...errors.map((type): [object, string] => [type.prototype, type.name]),
  [AggregateError.prototype, 'AggregateError'],
]);

const errorClasses: ReadonlyMap<string, ErrorConstructor> = new Map(errors.map((type) => [type.name, type]));

/** The properties of errors that are not enumerable. */
export const hiddenErrorKeys = ['name', 'message', 'stack', 'cause', 'errors'] as const;

/**
 * @returns an error of the built-in class of that name, without any own property; undefined where there is no class of that name
 */
export function bareError(className: string): Error | undefined {
  const error = withoutStack(className);
  if (error === undefined) return undefined;
  for (const key of Reflect.ownKeys(error)) Reflect.deleteProperty(error, key);
  return error;
}

/** Makes an error without a stack. To record a stack that is deleted next would be most of the work. */
function withoutStack(className: string): Error | undefined {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const type = errorClasses.get(className);
  const error = type !== undefined ? new type() : className === 'AggregateError' ? new AggregateError([]) : undefined;
  Error.stackTraceLimit = stackTraceLimit;
  return error;
}

/** Node's Buffer, or undefined in a browser: a Buffer is a Uint8Array there. */
export const NodeBuffer: typeof Buffer | undefined = globalThis.Buffer;

/** The bytes that a view shows; not a copy. */
export function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
