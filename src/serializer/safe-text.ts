const illFormed = /\p{Surrogate}/u;

/** `String.prototype.isWellFormed`, which not every supported browser has; TypeScript's ES2023 does not know it. */
const native: unknown = Reflect.get(String.prototype, 'isWellFormed');

/** Whether a string has no lone surrogates, and so survives UTF-8. */
export const isWellFormed: (text: string) => boolean =
  typeof native === 'function'
    ? // The check above says it is a function; that it takes no arguments and returns a boolean is the language's word.
      (text) => (text as string & { isWellFormed(): boolean }).isWellFormed()
    : (text) => !illFormed.test(text);

/**
 * Whether msgpackr carries a string exactly. It must be well-formed, and must not begin with a byte order mark, which a decoder
 * may drop.
 */
export function isSafeText(text: string): boolean {
  return isWellFormed(text) && text.charCodeAt(0) !== 0xfeff;
}

/**
 * Whether an object with this key can be written as a record. msgpackr renames `__proto__`, and `__keys__` collides with its
 * tables. It asks objects for `constructor` and `hasOwnProperty`. `$` marks tags.
 */
export function isSafeKey(key: string): boolean {
  switch (key) {
    case '__proto__':
    case '__keys__':
    case 'constructor':
    case 'hasOwnProperty':
    case '$':
      return false;
    default:
      return isSafeText(key);
  }
}
