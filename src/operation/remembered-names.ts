import type { PaladinError } from '../errors/paladin-error.js';
import { isSerializer } from '../serializer/is-serializer.js';
import { maxRememberedNames } from './limits.js';
import { definitionOf, type OperationDefinition } from './operation.js';
import { definedTwice, keyOf, serializerTwice } from './registry.js';

/** What had a name. Nothing of it is kept alive. */
interface Remembered {
  readonly name: string;
  /** What the functions, schemas or serializer are for. */
  readonly kind: OperationDefinition['kind'] | undefined;
  readonly parts: readonly (WeakRef<object> | undefined)[];
}

/** Where these come from, for messages. */
export const usedByJob = 'what a job uses';

/**
 * The latest names that jobs have used. So two operations of one name are noticed, although each job brings its own along. A
 * program may make a name and an operation for each job, any number of times. Nothing is kept alive that the program lets go of.
 */
export class RememberedNames {
  /** The one used longest ago comes first. */
  readonly #names = new Map<string, Remembered>();
  /** What was used, with its name. When the name is forgotten, this is, too. */
  readonly #seen = new WeakMap<object, Remembered>();

  /** How many names are remembered. */
  get size(): number {
    return this.#names.size;
  }

  /**
   * A job uses it, an operation or a serializer.
   *
   * @throws {@link PaladinError} `INVALID_INPUT` when another one had its name
   */
  use(value: object): void {
    const definition = definitionOf(value);
    const key = definition ?? value;
    const seen = this.#seen.get(key);
    if (seen !== undefined && this.#names.get(seen.name) === seen) {
      this.#remember(seen);
    } else if (definition !== undefined) {
      const { kind, functions } = definition;
      const used = this.#use(keyOf(definition), kind, functions, (before = kind) =>
        definedTwice(definition, before, usedByJob, usedByJob),
      );
      this.#seen.set(key, used);
    } else if (isSerializer(value)) {
      const used = this.#use(`serializer ${value.name}`, undefined, [value], () => serializerTwice(value, usedByJob, usedByJob));
      this.#seen.set(key, used);
    }
  }

  #use(
    name: string,
    kind: Remembered['kind'],
    parts: readonly unknown[],
    twice: (before: Remembered['kind']) => PaladinError,
  ): Remembered {
    const before = this.#names.get(name);
    if (before !== undefined && !isSame(before, kind, parts)) throw twice(before.kind);
    const used = before ?? { name, kind, parts: parts.map((part) => (isObject(part) ? new WeakRef(part) : undefined)) };
    this.#remember(used);
    return used;
  }

  /** It is the one used last. */
  #remember(used: Remembered): void {
    this.#names.delete(used.name);
    this.#names.set(used.name, used);
    if (this.#names.size <= maxRememberedNames) return;
    for (const oldest of this.#names.keys()) {
      this.#names.delete(oldest);
      return;
    }
  }
}

/** Whether it is the same. What is not there any more cannot be. */
function isSame(before: Remembered, kind: Remembered['kind'], parts: readonly unknown[]): boolean {
  if (before.kind !== kind || before.parts.length !== parts.length) return false;
  return before.parts.every((part, at) => part?.deref() === parts[at]);
}

function isObject(value: unknown): value is object {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}
