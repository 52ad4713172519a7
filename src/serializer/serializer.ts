/**
 * Values to bytes and back.
 *
 * A serializer is known to leader and worker by its name. It is handed the values of a whole batch at once, so that what they
 * have in common (the keys of records) is written once. `decode(encode(values))` yields values that are equal to the given ones
 * in type and content and share no memory with them or with the bytes; whatever cannot be carried so is a
 * {@link NotSerializableError}, never a silent change.
 */
export interface Serializer {
  /** The name under which leader and workers agree on this serializer, such as `msgpack`. */
  readonly name: string;
  /**
   * @param values the values of a batch
   * @returns bytes that belong to the caller: their buffer is not written to again
   * @throws {@link NotSerializableError} naming the value and the path in it that cannot be carried
   */
  encode(values: readonly unknown[]): Uint8Array;
  /**
   * @param bytes what `encode` of a serializer of the same name returned
   * @returns as many values as were encoded, in their order
   */
  decode(bytes: Uint8Array): unknown[];
}

/** How one class that is not plain data travels: by what it encodes to, under a name that both sides know. */
export interface ClassCodec<T = unknown, Encoded = unknown> {
  /** The name of the class on the wire; unique within its serializer. */
  readonly name: string;
  /** Instances of exactly this class (not of its subclasses) are encoded by this codec. */
  readonly class: abstract new (...args: never[]) => T;
  /** The instance as plain data, which may again hold anything that the serializer carries. */
  encode(instance: T): Encoded;
  /**
   * The instance again. What it is given is complete, unless the instance is part of a cycle: objects around it may then still
   * lack some of their properties.
   *
   * @param blank what `create` returned, to be filled and returned; only where there is a `create`
   */
  decode(encoded: Encoded, blank?: T): T;
  /**
   * An empty instance, for classes whose instances can be reached from themselves (a tree with links to the parent): it stands
   * in for the instance while what it holds is decoded. Without it such an instance is a {@link NotSerializableError}.
   */
  create?(): T;
}

/** What a serializer of one's own is made from. */
export interface SerializerOptions {
  /** The name under which leader and workers agree on it; not `msgpack` or `flatted`, which name the plain ones. */
  readonly name: string;
  /** The classes whose instances it carries, the same on both sides. */
  readonly classes?: readonly ClassCodec[] | undefined;
}

/** A value that a serializer cannot carry: which value of the batch, and where in it. */
export class NotSerializableError extends Error {
  override readonly name = 'NotSerializableError';
  /** The place of the offending value in the array given to `encode`, from 0. */
  readonly valueIndex: number;
  /** Where in that value, such as `$.users[3].callback`; `$` is the value itself. */
  readonly path: string;
  /** What is there, such as `a function` or `an instance of class Socket, which is not registered`. */
  readonly what: string;

  constructor(valueIndex: number, path: string, what: string, options: { readonly cause?: unknown } = {}) {
    super(`${path} is ${what}`, options);
    this.valueIndex = valueIndex;
    this.path = path;
    this.what = what;
  }
}
