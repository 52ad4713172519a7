import { isA } from '../errors/thrown.js';
/**
 * Small parsers for values from outside. Each returns the value as its type, copied field by field. Or it throws a {@link
 * ShapeError} that says what was expected, and where. The place is only put together when something is wrong.
 */
export type Shape<T> = (value: unknown) => T;

/** A value from outside is wrong at some place in it. */
class PlacedError extends Error {
  readonly #what: string;
  #place = '';

  constructor(what: string) {
    super(what);
    this.#what = what;
  }

  /** Puts a place in front: the value is itself at this place of a larger one. */
  under(place: string): this {
    this.#place = place + this.#place;
    this.message = `${this.#place}: ${this.#what}`;
    return this;
  }
}

/** Something from outside is not what it must be. */
export class ShapeError extends PlacedError {
  override readonly name = 'ShapeError';

  /** @param got how the value is described. By default its content is left out, because that may be somebody's data. */
  constructor(expected: string, value: unknown, got: string = describe(value)) {
    super(`expected ${expected}, got ${got}`);
  }
}

/** Something from outside is larger than is admitted. */
export class LimitError extends PlacedError {
  override readonly name = 'LimitError';
}

/** Parses something that has a name. */
export function parseAs<T>(name: string, shape: Shape<T>, value: unknown): T {
  try {
    return shape(value);
  } catch (error) {
    throw placed(error, name);
  }
}

function placed(error: unknown, place: string): unknown {
  return isA(error, PlacedError) ? error.under(place) : error;
}

/** The field may be absent. */
export type OptionalShape<T> = Shape<T> & { readonly optional: true };

type Fields = Readonly<Record<string, Shape<unknown> | OptionalShape<unknown>>>;
type OptionalKeys<F extends Fields> = { [K in keyof F]: F[K] extends { readonly optional: true } ? K : never }[keyof F];
type Parsed<F extends Fields> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: ReturnType<F[K]> } & {
  readonly [K in OptionalKeys<F>]?: ReturnType<F[K]>;
};

export function int(min: number, max: number = Number.MAX_SAFE_INTEGER): Shape<number> {
  return (value) => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value;
    throw new ShapeError(`a whole number from ${min} to ${max}`, value);
  };
}

export function number(min: number, max: number): Shape<number> {
  return (value) => {
    if (typeof value === 'number' && value >= min && value <= max) return value;
    throw new ShapeError(`a number from ${min} to ${max}`, value);
  };
}

export function text(maxLength: number, minLength = 0): Shape<string> {
  return (value) => {
    if (typeof value === 'string' && value.length >= minLength && value.length <= maxLength) return value;
    throw new ShapeError(`a string of ${minLength} to ${maxLength} characters`, value);
  };
}

export const bool: Shape<boolean> = (value) => {
  if (typeof value === 'boolean') return value;
  throw new ShapeError('true or false', value);
};

export function bytes(maxLength: number): Shape<Uint8Array> {
  return (value) => {
    if (value instanceof Uint8Array && value.byteLength <= maxLength) return value;
    if (value instanceof Uint8Array) {
      throw new LimitError(`expected at most ${maxLength} bytes, got ${value.byteLength} bytes (maxPayloadBytes)`);
    }
    throw new ShapeError(`at most ${maxLength} bytes`, value);
  };
}

export function oneOf<const T extends string>(...choices: readonly T[]): Shape<T> {
  return (value) => {
    for (const choice of choices) if (value === choice) return choice;
    throw new ShapeError(choices.map((choice) => `'${choice}'`).join(' or '), value, quoted(value));
  };
}

export function list<T>(item: Shape<T>, maxLength: number, minLength = 0): Shape<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value) || value.length < minLength || value.length > maxLength) {
      throw new ShapeError(`a list of ${minLength} to ${maxLength} items`, value);
    }
    const items: T[] = [];
    try {
      for (const entry of value as readonly unknown[]) items.push(item(entry));
    } catch (error) {
      throw placed(error, `[${items.length}]`);
    }
    return items;
  };
}

export function optional<T>(shape: Shape<T>): OptionalShape<T> {
  return Object.assign((value: unknown) => shape(value), { optional: true } as const);
}

/** The shape of an object, and what it is made of. */
export type RecordShape<F extends Fields> = Shape<Parsed<F>> & { readonly fields: F };

/** An object with these fields and no others. */
export function record<F extends Fields>(fields: F): RecordShape<F> {
  const known = Object.entries(fields).map(([name, shape]) => ({ name, shape, isOptional: 'optional' in shape }));
  const parse = (value: unknown): Parsed<F> => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ShapeError('an object', value);
    const given = value as Readonly<Record<string, unknown>>;
    const parsed: Record<string, unknown> = {};
    let found = 0;
    let at = '';
    try {
      for (const { name, shape, isOptional } of known) {
        at = name;
        const field = given[name];
        if (field !== undefined) {
          parsed[name] = shape(field);
          found += 1;
        } else if (!isOptional) {
          throw new ShapeError('a value', undefined);
        }
      }
    } catch (error) {
      throw placed(error, `.${at}`);
    }
    const keys = Object.keys(given);
    if (keys.length > found) {
      const unknown = keys.find((key) => !Object.hasOwn(fields, key));
      if (unknown !== undefined) throw new ShapeError(`no field '${unknown.slice(0, 50)}'`, value);
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
  return (value) => {
    if (typeof value !== 'object' || value === null) throw new ShapeError('an object', value);
    const name: unknown = Reflect.get(value, tag);
    const shape = typeof name === 'string' ? byTag.get(name) : undefined;
    if (shape === undefined) {
      const choices = [...byTag.keys()].map((key) => `'${key}'`).join(' or ');
      throw new ShapeError(choices, name, quoted(name)).under(`.${tag}`);
    }
    // The shape belongs to this tag, and holds it.
    return shape(value) as never;
  };
}

/** A word of the protocol in quotes, or a description of what stands in its place. */
function quoted(value: unknown): string {
  return typeof value === 'string' && value.length <= 50 ? JSON.stringify(value) : describe(value);
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `a string of ${value.length} characters`;
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
