/**
 * Makes bytes of values, and values of bytes.
 *
 * Leader and worker know a serializer by its name. It is handed the values of a whole batch at once. So what they have in common
 * is written once, like the keys of records. `decode(encode(values))` returns values that are equal to the given ones in type and
 * content. They share no memory with the given ones or with the bytes. A value that cannot be carried like this is a {@link
 * NotSerializableError}, never a silent change.
 */
export interface Serializer {
  /** The name under which leader and workers agree on this serializer, such as `msgpack`: 1 to 300 characters. */
  readonly name: string;
  /**
   * Makes bytes of the values of a batch.
   *
   * @param values the values of a batch
   * @returns bytes that belong to the caller: their buffer is not written to again
   * @throws {@link NotSerializableError} naming the value and the path in it that cannot be carried
   */
  encode(values: readonly unknown[]): Uint8Array;
  /**
   * Makes values of bytes.
   *
   * @param bytes what `encode` of a serializer of the same name returned
   * @returns as many values as were encoded, in their order
   * @throws an error of its own choice when the bytes are not what `encode` returns
   */
  decode(bytes: Uint8Array): unknown[];
}

/** How instances of one class travel: as what they are encoded to, under a name that both sides know. */
export interface ClassCodec<T = unknown, Encoded = unknown> {
  /** The name of the class on the wire: a text that is not empty, and unique within its serializer. Required. */
  readonly name: string;
  /** The class: instances of exactly this class, not of its subclasses, are encoded by this codec. Required. */
  readonly class: abstract new (...args: never[]) => T;
  /** Makes plain data of an instance. The data may hold whatever the serializer carries. Required. */
  encode(instance: T): Encoded;
  /**
   * Makes an instance of the plain data. The data is complete, unless the instance is part of a cycle: then objects around it may
   * still lack some of their properties. Required.
   *
   * @param blank what `create` returned, to be filled and returned; only where there is a `create`
   */
  decode(encoded: Encoded, blank?: T): T;
  /**
   * Makes an empty instance, for classes whose instances can be reached from themselves, like a tree with links to the parent. It
   * stands in for the instance while what that holds is decoded. Default: an instance in a cycle is a {@link
   * NotSerializableError}.
   */
  create?(): T;
}

/** Options of {@link createMsgpack} and {@link createFlatted}. */
export interface SerializerOptions {
  /**
   * The name under which leader and workers agree on it: 1 to 300 characters. Do not take `msgpack` or `flatted`, which name the
   * plain ones. Required.
   */
  readonly name: string;
  /** The classes whose instances it carries; the same on both sides. Default: none. */
  readonly classes?: readonly ClassCodec[] | undefined;
}

/**
 * Thrown by a serializer that is handed a value which it cannot carry. It says which value of the batch that is, and where in it.
 *
 * @example
 * ```ts
 * import { msgpack, NotSerializableError } from 'paladin-rx';
 *
 * try {
 *   msgpack.encode([1, { users: [{ callback: () => 1 }] }]);
 * } catch (error) {
 *   if (error instanceof NotSerializableError) console.log(error.valueIndex, error.path, error.what); // 1 $.users[0].callback a function (callback)
 * }
 * ```
 */
export class NotSerializableError extends Error {
  /** Always `NotSerializableError`. */
  override readonly name = 'NotSerializableError';
  /** The place of the offending value in the array given to `encode`, from 0. */
  readonly valueIndex: number;
  /** Where in that value, such as `$.users[3].callback`; `$` is the value itself. */
  readonly path: string;
  /** What is there, such as `a function` or `an instance of class Socket, which is not registered`. */
  readonly what: string;

  /**
   * @param valueIndex the place of the value in the array given to `encode`, from 0
   * @param path where in that value, from `$` on
   * @param what what is there
   * @param options what it was caused by, if anything
   */
  constructor(valueIndex: number, path: string, what: string, options: { readonly cause?: unknown } = {}) {
    super(`${path} is ${what}`, options);
    this.valueIndex = valueIndex;
    this.path = path;
    this.what = what;
  }
}
