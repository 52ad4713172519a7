import { check, type DataKind } from '../work/data-kinds.js';

/**
 * Passes elements to whoever takes one at a time, and checks each result.
 *
 * @param underWay calls at once
 */
export async function callByCall(
  kind: DataKind,
  elements: number,
  underWay: number,
  call: (element: unknown) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < elements) {
      const index = next;
      next += 1;
      check(kind, await call(kind.element(index)), index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(underWay, elements) }, caller));
}
