import { maxPropertyEscapes, maxRepeatedBytes } from './limits.js';
import { malformed } from './malformed.js';

const integer = /^-?\d+$/u;
const propertyEscape = /\\p\{/giu;

/** How many bytes the binary values and regular expressions of a batch may have that is encoded to, or decoded from, so many bytes. */
export function mostExpandedBytes(encodedBytes: number): number {
  return Math.max(maxRepeatedBytes, encodedBytes);
}

/**
 * What the nodes of one batch become, and that it stays in proportion to them: in text, a node or a string that is written once can be
 * referred to any number of times, and what it stands for is not to be made as often.
 */
export class Expansion {
  readonly #claimed = new Set<object>();
  readonly #bigints = new Map<string, bigint>();
  readonly #strings = new Map<string, string>();
  readonly #regExps = new Set<string>();
  readonly #mostBytes: number;
  #bytes = 0;
  #propertyEscapes = 0;

  /** @param mostBytes how many bytes the binary values and regular expressions may have in all */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** How many bytes the binary values and regular expressions have so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A node is read for the first time. @throws an Error when it is not, since each is the node of one object alone */
  claim(node: object): void {
    if (this.#claimed.has(node)) malformed('a node with two places');
    this.#claimed.add(node);
  }

  /** So many bytes of binary values or regular expressions are made. @throws an Error when that is too many */
  charge(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#mostBytes) malformed('bytes that repeat without end');
  }

  /** Another regular expression is read. @throws an Error when it, and those before it, take long to read */
  chargeRegExp(source: string, flags: string): void {
    const key = `${flags}/${source}`;
    if (this.#regExps.has(key)) return;
    this.#regExps.add(key);
    this.#propertyEscapes += source.match(propertyEscape)?.length ?? 0;
    if (this.#propertyEscapes <= maxPropertyEscapes) return;
    throw new Error(`more than ${maxPropertyEscapes} property escapes in the regular expressions of a batch`);
  }

  /** The bigint with these digits, which is made once. */
  bigint(digits: string): bigint {
    return once(this.#bigints, digits, () => (integer.test(digits) ? BigInt(digits) : malformed('not a bigint')));
  }

  /** The string that a text stands for, likewise. */
  string(text: string, make: (text: string) => string): string {
    return once(this.#strings, text, make);
  }

  /** @throws an Error when it is no regular expression, or one that takes long to read */
  regExp(source: string, flags: string): RegExp {
    this.charge(source.length);
    this.chargeRegExp(source, flags);
    try {
      return new RegExp(source, flags);
    } catch {
      return malformed('not a regular expression');
    }
  }
}

function once<Made>(made: Map<string, Made>, text: string, make: (text: string) => Made): Made {
  const known = made.get(text);
  if (known !== undefined) return known;
  const fresh = make(text);
  made.set(text, fresh);
  return fresh;
}
