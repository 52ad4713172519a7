/**
 * Types of what Node and browsers bring along, for programs that are checked with either's types, or with neither's.
 *
 * A program's `lib` may be ES2022 alone, without the DOM and without `@types/node`. Then `URL`, `AbortSignal` and
 * `Symbol.asyncDispose` have no types, and signatures that name them would be errors.
 */

declare global {
  interface SymbolConstructor {
    // What ESNext.Disposable and @types/node declare, too: the declarations become one.
    readonly dispose: unique symbol;
    readonly asyncDispose: unique symbol;
  }
  // The compiler asks for both where a program says `await using`.
  interface Disposable {
    [Symbol.dispose](): void;
  }
  interface AsyncDisposable {
    [Symbol.asyncDispose](): PromiseLike<void>;
  }
}

/** A `URL`, as the program's types have it. Where they have none, anything with an `href`. */
export type HostUrl = typeof globalThis extends { readonly URL: { readonly prototype: infer Url } }
  ? Url
  : { readonly href: string };

/** An `AbortSignal`, as the program's types have it. Where they have none, the part that operations need. */
export type HostAbortSignal = typeof globalThis extends { readonly AbortSignal: { readonly prototype: infer Signal } }
  ? Signal
  : {
      readonly aborted: boolean;
      readonly reason: unknown;
      throwIfAborted(): void;
      addEventListener(type: 'abort', listener: () => void): void;
      removeEventListener(type: 'abort', listener: () => void): void;
    };
