import { throwAtNobody } from './next-turn.js';

/**
 * Calls what a program has given to be told of something. What it throws is thrown at nobody, in a turn of its own. So nothing
 * that goes on here is left half done, and no peer is blamed for it.
 */
export function guarded(call: () => void): void {
  try {
    call();
  } catch (error) {
    throwAtNobody(error);
  }
}
