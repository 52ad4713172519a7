/**
 * Small parsers for what comes from outside: each returns the value as its type, copied field by field, or throws a
 * {@link ShapeError} that says where what was expected.
 */
export type Shape<T> = (value: unknown, path: string) => T;

/** Something from outside is not what it must be. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';

  /** @param got how the value is told; default: without what is in it, which may be somebody's data */
  constructor(path: string, expected: string, value: unknown, got: string = describe(value)) {
    super(`${path}: expected ${expected}, got ${got}`);
  }
}

/** Something from outside is larger than is admitted. */
export class LimitError extends Error {
  override readonly name = 'LimitError';
}

/** The field may be absent. */
export type OptionalShape<T> = Shape<T> & { readonly optional: true };

type Fields = Readonly<Record<string, Shape<unknown> | OptionalShape<unknown>>>;
type OptionalKeys<F extends Fields> = { [K in keyof F]: F[K] extends { readonly optional: true } ? K : never }[keyof F];
type Parsed<F extends Fields> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: ReturnType<F[K]> } & {
  readonly [K in OptionalKeys<F>]?: ReturnType<F[K]>;
};

export function int(min: number, max: number = Number.MAX_SAFE_INTEGER): Shape<number> {
  return (value, path) => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value;
    throw new ShapeError(path, `a whole number from ${min} to ${max}`, value);
  };
}

export function number(min: number, max: number): Shape<number> {
  return (value, path) => {
    if (typeof value === 'number' && value >= min && value <= max) return value;
    throw new ShapeError(path, `a number from ${min} to ${max}`, value);
  };
}

export function text(maxLength: number, minLength = 0): Shape<string> {
  return (value, path) => {
    if (typeof value === 'string' && value.length >= minLength && value.length <= maxLength) return value;
    throw new ShapeError(path, `a string of ${minLength} to ${maxLength} characters`, value);
  };
}

export const bool: Shape<boolean> = (value, path) => {
  if (typeof value === 'boolean') return value;
  throw new ShapeError(path, 'true or false', value);
};

export function bytes(maxLength: number): Shape<Uint8Array> {
  return (value, path) => {
    if (value instanceof Uint8Array && value.byteLength <= maxLength) return value;
    if (value instanceof Uint8Array) {
      throw new LimitError(`${path}: expected at most ${maxLength} bytes, got ${value.byteLength} bytes (maxPayloadBytes)`);
    }
    throw new ShapeError(path, `at most ${maxLength} bytes`, value);
  };
}

export function oneOf<const T extends string>(...choices: readonly T[]): Shape<T> {
  return (value, path) => {
    for (const choice of choices) if (value === choice) return choice;
    throw new ShapeError(path, choices.map((choice) => `'${choice}'`).join(' or '), value, quoted(value));
  };
}

export function list<T>(item: Shape<T>, maxLength: number, minLength = 0): Shape<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value) || value.length < minLength || value.length > maxLength) {
      throw new ShapeError(path, `a list of ${minLength} to ${maxLength} items`, value);
    }
    return value.map((entry: unknown, at) => item(entry, `${path}[${at}]`));
  };
}

export function optional<T>(shape: Shape<T>): OptionalShape<T> {
  return Object.assign((value: unknown, path: string) => shape(value, path), { optional: true } as const);
}

/** The shape of an object, and what it is made of. */
export type RecordShape<F extends Fields> = Shape<Parsed<F>> & { readonly fields: F };

/** An object with these fields and no others. */
export function record<F extends Fields>(fields: F): RecordShape<F> {
  const known = Object.entries(fields).map(([name, shape]) => ({ name, shape, isOptional: 'optional' in shape }));
  const parse = (value: unknown, path: string): Parsed<F> => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ShapeError(path, 'an object', value);
    const given = value as Readonly<Record<string, unknown>>;
    const parsed: Record<string, unknown> = {};
    let found = 0;
    for (const { name, shape, isOptional } of known) {
      const field = given[name];
      if (field !== undefined) {
        parsed[name] = shape(field, `${path}.${name}`);
        found += 1;
      } else if (!isOptional) {
        throw new ShapeError(`${path}.${name}`, 'a value', undefined);
      }
    }
    const keys = Object.keys(given);
    if (keys.length > found) {
      const unknown = keys.find((key) => !Object.hasOwn(fields, key));
      if (unknown !== undefined) throw new ShapeError(path, `no field '${unknown.slice(0, 50)}'`, value);
    }
    // Every field was parsed by its shape just now.
    return parsed as Parsed<F>;
  };
  return Object.assign(parse, { fields });
}

/** One of several objects, told apart by a field. */
export function variant<Tag extends string, Shapes extends Readonly<Record<string, RecordShape<Fields>>>>(
  tag: Tag,
  shapes: Shapes,
): Shape<{ [K in keyof Shapes]: ReturnType<Shapes[K]> & { readonly [T in Tag]: K } }[keyof Shapes]> {
  const byTag = new Map(Object.entries(shapes).map(([name, { fields }]) => [name, record({ [tag]: oneOf(name), ...fields })]));
  return (value, path) => {
    if (typeof value !== 'object' || value === null) throw new ShapeError(path, 'an object', value);
    const name: unknown = Reflect.get(value, tag);
    const shape = typeof name === 'string' ? byTag.get(name) : undefined;
    if (shape === undefined) {
      throw new ShapeError(`${path}.${tag}`, [...byTag.keys()].map((key) => `'${key}'`).join(' or '), name, quoted(name));
    }
    // The shape belongs to this tag, and holds it.
    return shape(value, path) as never;
  };
}

/** A word of the protocol, or what stands in its place. */
function quoted(value: unknown): string {
  return typeof value === 'string' && value.length <= 50 ? JSON.stringify(value) : describe(value);
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `a string of ${value.length} characters`;
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
