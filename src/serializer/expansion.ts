import {
  maxPropertyEscapes,
  maxRegExpLength,
  maxRepeatedBytes,
  rangeWeight,
  stringPropertyCaseWeight,
  stringPropertyWeight,
} from './limits.js';
import { malformed } from './malformed.js';

const integer = /^-?\d+$/u;
const propertyEscape = /\\p\{[^}]{0,40}/giu;
const classEscape = /\\[dsw]/giu;
const stringProperty = /\{(?:basic_emoji|emoji_keycap_sequence|rgi_)/iu;
/** A range that ends beyond ASCII, or may end there. */
const wideRange = /-(?:[^\0-\x7f]|\\[ux])/gu;
/** `(?i:`, which sets the flag within the expression where the engine knows it. */
const ignoringCase = /\(\?[a-z]*i/u;

/** The values of a batch are too much together. Each of them may do by itself. */
export class TooMuchTogether extends Error {
  override readonly name = 'TooMuchTogether';
}

/**
 * How many bytes the binary values and regular expressions of a batch may have. The batch is encoded to, or decoded from, the
 * given number of bytes.
 */
export function mostExpandedBytes(encodedBytes: number): number {
  return Math.max(maxRepeatedBytes, encodedBytes);
}

/**
 * Sees to it that the values of a batch stay in proportion to its nodes. In text, a node or a string that is written once can be
 * referred to any number of times. Its value is made once.
 */
export class Expansion {
  readonly #claimed = new Set<object>();
  readonly #bigints = new Map<string, bigint>();
  readonly #strings = new Map<string, string>();
  readonly #regExps = new Set<string>();
  readonly #mostBytes: number;
  #bytes = 0;
  #dearEscapes = 0;
  #regExpLength = 0;
  readonly #together: boolean;

  /**
   * @param mostBytes how many bytes the binary values and regular expressions may have in all
   * @param together whether the batch has several values; a batch of fewer values may do then
   */
  constructor(mostBytes: number, together = false) {
    this.#mostBytes = mostBytes;
    this.#together = together;
  }

  /** How many bytes the binary values and regular expressions have so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A node is read for the first time. @throws an Error when it was read before: each node is that of one object alone */
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
    this.#regExpLength += source.length;
    this.#dearEscapes += dearEscapes(source, flags);
    if (this.#regExpLength > maxRegExpLength) {
      this.#refuse(`more than ${maxRegExpLength} characters in the regular expressions of a batch`);
    }
    if (this.#dearEscapes > maxPropertyEscapes) {
      this.#refuse(`more than ${maxPropertyEscapes} class or property escapes in the regular expressions of a batch`);
    }
  }

  #refuse(what: string): never {
    throw this.#together ? new TooMuchTogether(what) : new Error(what);
  }

  /** The bigint with these digits. It is made once. */
  bigint(digits: string): bigint {
    return once(this.#bigints, digits, () => (integer.test(digits) ? BigInt(digits) : malformed('not a bigint')));
  }

  /** The string that a text stands for. It is made once. */
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

/**
 * How many class escapes it has that take long to read. A property of strings counts as several, and a wide range as a part of
 * one.
 */
function dearEscapes(source: string, flags: string): number {
  if (!/[uv]/u.test(flags)) return 0;
  const ignoresCase = flags.includes('i') || ignoringCase.test(source);
  const weight = ignoresCase ? stringPropertyCaseWeight : stringPropertyWeight;
  let count = 0;
  for (const [escape] of source.matchAll(propertyEscape)) count += stringProperty.test(escape) ? weight : 1;
  if (!ignoresCase) return count;
  // Each of these is a set. The engine has to add to it all characters that differ from its own in case alone.
  count += source.match(classEscape)?.length ?? 0;
  return flags.includes('v') ? count + rangeWeight * (source.match(wideRange)?.length ?? 0) : count;
}

function once<Made>(made: Map<string, Made>, text: string, make: (text: string) => Made): Made {
  const known = made.get(text);
  if (known !== undefined) return known;
  const fresh = make(text);
  made.set(text, fresh);
  return fresh;
}
