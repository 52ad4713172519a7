import { defineOperation, type OperationContext } from 'paladin-rx';
import { conducted, meet, type Conduct, type Marked } from './conduct.js';

export interface Box<A> {
  readonly boxed: A;
}

/** A map that leaves the element as it is. */
export const relay = defineOperation({
  name: 'relay',
  create: (conduct: Conduct) =>
    conducted(
      conduct,
      (value: unknown): unknown => value,
      (value) => ['relay', value],
    ),
});

/** A first map of any chain: puts the element into a box. */
export const box = defineOperation({
  name: 'box',
  create: (conduct: Conduct) =>
    conducted(
      conduct,
      (value: unknown): Box<unknown> => ({ boxed: value }),
      (value) => ['box', value],
    ),
});

/** A second map of any chain: takes it out again. */
export const unbox = defineOperation({
  name: 'unbox',
  create: (conduct: Conduct) =>
    conducted(
      conduct,
      ({ boxed }: Box<unknown>): unknown => boxed,
      (value) => ['unbox', value],
    ),
});

/** A map that does what the element's mark says. */
export const guard = defineOperation({
  name: 'guard',
  create: (conduct: Conduct) =>
    conducted(
      conduct,
      (marked: Marked<unknown>, context: OperationContext): Marked<unknown> => {
        meet('map', marked, context);
        return marked;
      },
      (marked) => ['guard', marked.id],
    ),
});

/** Makes it visible where the element came in, and what was done to it. */
export const triple = defineOperation({
  name: 'triple',
  create: (conduct: Conduct) =>
    conducted(
      conduct,
      (x: number): number => 3 * x,
      (x) => ['triple', x],
    ),
});

export const shout = defineOperation({
  name: 'shout',
  create: (conduct: Conduct, mark: string) =>
    conducted(
      conduct,
      (x: number): string => `${x}${mark}`,
      (x) => ['shout', x],
    ),
});

export const lengthOf = defineOperation({
  name: 'length-of',
  create: (conduct: Conduct) =>
    conducted(
      conduct,
      (text: string): number => text.length,
      (text) => ['length', text],
    ),
});
