import { bareError } from '../serializer/built-ins.js';
import { isArrayBuffer, isOne } from '../serializer/realms.js';
import { asText, isA, isError, isHuge, readOr, abridged, stackRead } from './thrown.js';

/** Bounds of what is kept of a thrown value. It is enough to find the fault, and so little that a failing job floods nobody. */
const maxDepth = 16;
const maxNodes = 2_000;
/** A stack of 50 frames takes about 5,000 characters. */
export const maxTextLength = 8_192;

/**
 * Makes a likeness of whatever was thrown, of nothing but what the serializers carry. Errors, their causes and cycles stay.
 * Functions become `[function name]`. Instances of classes become plain objects with their own enumerable properties. A part that
 * cannot be read, or is beyond the bounds, becomes a text in brackets that says so. It never throws.
 */
export function errorSnapshot(thrown: unknown): unknown {
  return new Snapshot().of(thrown, 0);
}

/** A likeness with name, message and stack alone, shortened. */
export function errorEssence(thrown: unknown, textLength: number): unknown {
  if (!isError(thrown)) return abridged(asText(thrown), textLength);
  const made = likeness(thrown, textLength);
  hide(made, 'stack', abridged(asText(stackRead(thrown) ?? ''), textLength));
  return made;
}

/** An error of the message alone. */
export function errorOf(message: string): Error {
  const made = blankError();
  hide(made, 'message', message);
  return made;
}

class Snapshot {
  private readonly made = new Map<object, unknown>();
  private nodes = 0;

  of(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case 'string':
        return abridged(value, maxTextLength);
      case 'bigint':
        return isHuge(value) ? '[a very large bigint]' : value;
      case 'symbol':
        return asText(value);
      case 'function':
        return `[function ${asText(readOr(value, 'name')) || '(anonymous)'}]`;
      case 'object':
        return value === null ? null : this.object(value, depth);
      default:
        return value;
    }
  }

  private object(value: object, depth: number): unknown {
    const made = this.made.get(value);
    if (made !== undefined) return made;
    if (depth >= maxDepth || ++this.nodes > maxNodes) return '[truncated]';
    try {
      return this.contents(value, depth + 1);
    } catch {
      // Proxies may throw from anything.
      return '[unreadable]';
    }
  }

  private contents(value: object, depth: number): unknown {
    if (isError(value)) return this.error(value, depth);
    if (Array.isArray(value)) return this.items(value, this.enter(value, []), depth);
    if (isOne(value, Map.prototype)) return this.map(value as Map<unknown, unknown>, depth);
    if (isOne(value, Set.prototype)) return this.set(value as Set<unknown>, depth);
    if (isOne(value, Date.prototype)) return new Date(Date.prototype.getTime.call(value));
    if (isOne(value, RegExp.prototype)) return new RegExp(value as RegExp);
    if (ArrayBuffer.isView(value) || isArrayBuffer(value)) {
      return `[${value.constructor.name} of ${value.byteLength} bytes]`;
    }
    return this.properties(value, this.enter(value, {}), depth);
  }

  private error(value: object, depth: number): Error {
    const made = this.enter(value, likeness(value, maxTextLength));
    const stack = stackRead(value);
    if (typeof stack === 'string') hide(made, 'stack', abridged(stack, maxTextLength));
    if ('cause' in value) hide(made, 'cause', this.of(readOr(value, 'cause'), depth));
    const errors = made instanceof AggregateError || isA(value, AggregateError) ? readOr(value, 'errors') : undefined;
    if (Array.isArray(errors)) hide(made, 'errors', this.of(errors, depth));
    return this.properties(value, made, depth);
  }

  private items(value: readonly unknown[], made: unknown[], depth: number): unknown[] {
    for (let at = 0; at < value.length; at++) {
      if (++this.nodes > maxNodes) {
        made.push(`[${value.length - at} more]`);
        break;
      }
      made.push(this.of(readOr(value, String(at)), depth));
    }
    return made;
  }

  private map(value: ReadonlyMap<unknown, unknown>, depth: number): unknown {
    const made = this.enter(value, new Map<unknown, unknown>());
    for (const [key, item] of value) {
      if (++this.nodes > maxNodes) break;
      made.set(this.of(key, depth), this.of(item, depth));
    }
    return made;
  }

  private set(value: ReadonlySet<unknown>, depth: number): unknown {
    const made = this.enter(value, new Set<unknown>());
    for (const item of value) {
      if (++this.nodes > maxNodes) break;
      made.add(this.of(item, depth));
    }
    return made;
  }

  private properties<Made extends object>(value: object, made: Made, depth: number): Made {
    for (const key of Object.keys(value)) {
      if (Object.hasOwn(made, key)) continue;
      if (++this.nodes > maxNodes) break;
      const content = this.of(readOr(value, key), depth);
      Object.defineProperty(made, abridged(key, maxTextLength), {
        value: content,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
    return made;
  }

  private enter<Made>(value: object, made: Made): Made {
    this.made.set(value, made);
    return made;
  }
}

/** An error with the name and message of the given one. It is of the built-in class of that name, else an Error. */
function likeness(value: object, textLength: number): Error {
  const name = abridged(asText(readOr(value, 'name')), 200);
  const built = bareError(name);
  const made = built ?? blankError();
  if (built === undefined) hide(made, 'name', name);
  hide(made, 'message', abridged(asText(readOr(value, 'message')), textLength));
  return made;
}

function hide(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, enumerable: false, writable: true, configurable: true });
}

/** An error without a stack: where a program prepares stacks itself, to read one may throw. */
function blankError(): Error {
  return bareError('Error') ?? new Error();
}
