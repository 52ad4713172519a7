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
/** A range that ends beyond ASCII, or may do. */
const wideRange = /-(?:[^\0-\x7f]|\\[ux])/gu;
/** `(?i:`, which sets the flag within the expression where the engine knows it. */
const ignoringCase = /\(\?[a-z]*i/u;

/** The values of a batch are too much together, where each of them may do by itself. */
export class TooMuchTogether extends Error {
  override readonly name = 'TooMuchTogether';
}

/**
 * How many bytes the binary values and regular expressions of a batch may have that is encoded to, or decoded from, so many
 * bytes.
 */
export function mostExpandedBytes(encodedBytes: number): number {
  return Math.max(maxRepeatedBytes, encodedBytes);
}

/**
 * What the nodes of one batch become, and that it stays in proportion to them. In text, a node or a string that is written once
 * can be referred to any number of times. What it stands for is not made as often.
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
   * @param together whether it is of several values, of which fewer may do
   */
  constructor(mostBytes: number, together = false) {
    this.#mostBytes = mostBytes;
    this.#together = together;
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

/**
 * How many class escapes it has that take long to read; a property of strings counts as several, and a wide range as a part of
 * one.
 */
function dearEscapes(source: string, flags: string): number {
  if (!/[uv]/u.test(flags)) return 0;
  const ignoresCase = flags.includes('i') || ignoringCase.test(source);
  const weight = ignoresCase ? stringPropertyCaseWeight : stringPropertyWeight;
  let count = 0;
  for (const [escape] of source.matchAll(propertyEscape)) count += stringProperty.test(escape) ? weight : 1;
  if (!ignoresCase) return count;
  // Each is a set that has to be closed under what is equal but for the case.
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
