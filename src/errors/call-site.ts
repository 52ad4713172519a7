import { PaladinError } from './paladin-error.js';
import { isA, stackRead } from './thrown.js';

/** Not every browser has it. */
const { captureStackTrace: capture } = Error as { readonly captureStackTrace?: typeof Error.captureStackTrace };

/** A function of this package that programs call. */
export type Called = (...args: never[]) => unknown;

/**
 * Where a program has called a function of this package. Errors that come of the call later show the place in their stack.
 *
 * To capture it takes some microseconds. Only the first error has it made into text.
 */
export class CallSite {
  #frames: string | undefined;

  /** @param called the function: its own frame, and those within it, are left out */
  constructor(called: Called) {
    capture?.(this, called);
  }

  /** The lines of the stack, each with a line break before it; empty where nothing is known. */
  get frames(): string {
    if (this.#frames === undefined) {
      // A program may make stacks its own way, so it may be anything.
      const stack: unknown = stackRead(this);
      const at = typeof stack === 'string' ? stack.indexOf('\n') : -1;
      this.#frames = typeof stack === 'string' && at !== -1 ? stack.slice(at) : '';
    }
    return this.#frames;
  }
}

/**
 * Shows in the error's stack where the program has called. Otherwise it would show where this package has found the error: that
 * helps nobody.
 */
export function showCall(error: PaladinError, site: CallSite | undefined): void {
  if (site === undefined || site.frames === '') return;
  const value = `${error.name}: ${error.message}${site.frames}`;
  Object.defineProperty(error, 'stack', { value, writable: true, enumerable: false, configurable: true });
}

/**
 * Does what a function of this package promises, and shows in its errors where the program has called.
 *
 * @param called the function, which must call this before it waits for anything
 */
export async function showingCall<T>(called: Called, begin: () => Promise<T>): Promise<T> {
  const site = new CallSite(called);
  try {
    return await begin();
  } catch (error) {
    if (isA(error, PaladinError)) showCall(error, site);
    throw error;
  }
}

/** The same error once more, for a caller of its own. */
export function anew(error: PaladinError): PaladinError {
  return new PaladinError(error.code, error.message, error);
}
