import { PaladinError } from '../errors/paladin-error.js';
import { holds } from '../errors/thrown.js';
import { flatted } from '../serializer/flatted.js';
import { msgpack } from '../serializer/msgpack.js';
import { isPlainPrototype } from '../serializer/realms.js';
import { isSerializer } from '../serializer/is-serializer.js';
import type { Serializer } from '../serializer/serializer.js';
import { definitionOf, type OperationDefinition } from './operation.js';

interface Entry<T> {
  readonly value: T;
  /** Where it was found, as in `export 'fib' of /srv/operations.js`. */
  readonly where: string;
}

/**
 * The operations, monoids and serializers that one executor knows by name. Operations and monoids also have a version. The
 * serializers of this package are always there.
 */
export class Registry {
  readonly #definitions = new Map<string, Entry<OperationDefinition>>();
  readonly #serializers = new Map<string, Entry<Serializer>>();

  constructor() {
    this.add(msgpack, 'paladin-rx itself');
    this.add(flatted, 'paladin-rx itself');
  }

  /**
   * Takes in an operation, a monoid, a factory of one, or a serializer. The same one may come again, from anywhere.
   *
   * @param where where it comes from, for messages
   * @returns whether the value was any of these
   * @throws {@link PaladinError} `INVALID_INPUT` when another one has its name
   */
  add(value: unknown, where: string): boolean {
    if (this.has(value, where)) return true;
    const definition = definitionOf(value);
    if (definition !== undefined) this.#definitions.set(keyOf(definition), { value: definition, where });
    else if (isSerializer(value)) this.#serializers.set(value.name, { value, where });
    else return false;
    return true;
  }

  /**
   * Whether it is here already.
   *
   * @throws {@link PaladinError} `INVALID_INPUT` when another one has its name
   */
  has(value: unknown, where: string): boolean {
    const definition = definitionOf(value);
    if (definition !== undefined) {
      const before = this.#definitions.get(keyOf(definition));
      if (before === undefined) return false;
      if (!isSame(before.value, definition)) throw definedTwice(definition, before.value.kind, before.where, where);
      return true;
    }
    if (!isSerializer(value)) return false;
    const before = this.#serializers.get(value.name);
    if (before !== undefined && before.value !== value) throw serializerTwice(value, before.where, where);
    return before !== undefined;
  }

  /**
   * Takes in what a module exports: by name, by default, and inside exported arrays and plain objects, one level deep. A default
   * export counts as exported itself, also inside another default export. Transpilers to CommonJS wrap it, and loaders of their
   * output wrap it again.
   *
   * @returns how many different operations, monoids and serializers it exports
   * @throws {@link PaladinError} `INVALID_INPUT` as `add`
   */
  addModule(exports: object, url: string): number {
    const path = pathOf(url);
    const found = new Set<unknown>();
    const take = (value: unknown, name: string): boolean => {
      if (!this.add(value, `export '${name}' of ${path}`)) return false;
      found.add(definitionOf(value) ?? value);
      return true;
    };
    const seen = new Set<object>();
    const takeAll = (container: object, path: string, deep: boolean): void => {
      if (seen.has(container)) return;
      seen.add(container);
      for (const key of keysIn(container)) {
        const value = read(container, key);
        const name = Array.isArray(container) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
        if (take(value, name) || !isPlainContainer(value)) continue;
        if (key === 'default') takeAll(value, name, true);
        else if (deep) takeAll(value, name, false);
      }
    };
    takeAll(exports, '', true);
    return found.size;
  }

  /**
   * The definition that a stage names.
   *
   * @param kind what kind of stage: a `fold` needs a monoid; a `map` takes a monoid as the operation on pairs
   * @throws {@link PaladinError} `PROTOCOL` when there is none of that name, version and kind
   */
  lookup(name: string, version: number, kind: 'map' | 'fold'): OperationDefinition {
    const key = keyOf({ name, version });
    const definition = this.#definitions.get(key)?.value;
    if (definition === undefined) {
      const offered = this.offers().operations.join(', ') || 'nothing';
      throw new PaladinError('PROTOCOL', `there is no operation '${key}' here; on offer: ${offered}`, { operation: name });
    }
    if (kind === 'fold' && definition.kind !== 'monoid') {
      throw new PaladinError('PROTOCOL', `'${key}' is an operation; a fold needs a monoid`, { operation: name });
    }
    return definition;
  }

  serializer(name: string): Serializer | undefined {
    return this.#serializers.get(name)?.value;
  }

  /** What is here, sorted: operations and monoids as `name@version`, and serializers. */
  offers(): { operations: string[]; serializers: string[] } {
    return { operations: [...this.#definitions.keys()].sort(), serializers: [...this.#serializers.keys()].sort() };
  }
}

/** What an operation or monoid is known by: `name@version`. */
export function keyOf({ name, version }: Pick<OperationDefinition, 'name' | 'version'>): string {
  return `${name}@${version}`;
}

function isSame(a: OperationDefinition, b: OperationDefinition): boolean {
  if (a === b) return true;
  return (
    a.kind === b.kind && a.functions.length === b.functions.length && a.functions.every((one, at) => one === b.functions[at])
  );
}

/** @param kind the kind of the one before */
export function definedTwice(
  definition: OperationDefinition,
  kind: OperationDefinition['kind'],
  before: string,
  where: string,
): PaladinError {
  const places =
    kind === definition.kind ? `as ${before} and as ${where}` : `as ${kind}, ${before}, and as ${definition.kind}, ${where}`;
  return new PaladinError(
    'INVALID_INPUT',
    `${kind} '${keyOf(definition)}' is defined twice, differently: ${places}; give one another name or version`,
    { operation: definition.name },
  );
}

export function serializerTwice({ name }: Serializer, before: string, where: string): PaladinError {
  const places = `by ${before} and by ${where}`;
  return new PaladinError(
    'INVALID_INPUT',
    `serializer '${name}' is defined twice, differently: ${places}; give one another name`,
  );
}

/** A Proxy may throw. */
function keysIn(container: object): readonly string[] {
  try {
    return Object.keys(container);
  } catch {
    return [];
  }
}

/** A getter that throws is no operation. */
function read(of: object, name: string): unknown {
  try {
    return Reflect.get(of, name);
  } catch {
    return undefined;
  }
}

function isPlainContainer(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return holds(() => {
    if (Array.isArray(value)) return true;
    const prototype: unknown = Object.getPrototypeOf(value);
    return typeof prototype !== 'object' || prototype === null || isPlainPrototype(prototype);
  });
}

function pathOf(url: string): string {
  return url.startsWith('file:') ? decodeURIComponent(new URL(url).pathname) : url;
}
