import { type } from 'arktype';
import * as fc from 'fast-check';
import { defineOperation, inMemory, remoteMap, type Operation } from 'paladin-rx';
import { from } from 'rxjs';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runs } from '../support/bounds.js';
import { outcomeOf } from '../support/outcome.js';

interface Order {
  readonly user: { readonly age: number };
  readonly tags: string[];
}
type Priced = Operation<Order, { ages: number[]; tags: string[] }>;

const execute = ({ user, tags }: Order): { ages: number[]; tags: string[] } => ({ ages: [user.age], tags: [...tags] });
const libraries: Record<string, Priced> = {
  Zod: defineOperation({
    name: 'by-zod',
    input: z.object({ user: z.object({ age: z.int() }), tags: z.array(z.string()) }),
    output: z.object({ ages: z.array(z.number().max(99)), tags: z.array(z.string()) }),
    execute,
  }),
  Valibot: defineOperation({
    name: 'by-valibot',
    input: v.object({ user: v.object({ age: v.pipe(v.number(), v.integer()) }), tags: v.array(v.string()) }),
    output: v.object({ ages: v.array(v.pipe(v.number(), v.maxValue(99))), tags: v.array(v.string()) }),
    execute,
  }),
  ArkType: defineOperation({
    name: 'by-arktype',
    input: type({ user: { age: 'number.integer' }, tags: 'string[]' }),
    output: type({ ages: '(number <= 99)[]', tags: 'string[]' }),
    execute,
  }),
};

/** What an element breaks: nothing, or what is at a path of the value that is checked. */
interface Case {
  readonly order: unknown;
  readonly fault?: { readonly subject: 'input' | 'output'; readonly path: readonly (string | number)[] };
}
const good: fc.Arbitrary<Order> = fc.record({
  user: fc.record({ age: fc.integer({ min: 0, max: 99 }) }),
  tags: fc.array(fc.string({ maxLength: 3 }), { maxLength: 3 }),
});
const noNumber = fc.constantFrom('7', null, undefined, true, [7], {}, 0.5);
const noText = fc.constantFrom(7, null, undefined, true, ['a'], {});
const cases: fc.Arbitrary<Case> = fc.oneof(
  { weight: 6, arbitrary: good.map((order) => ({ order })) },
  fc
    .tuple(good, noNumber)
    .map(([order, age]): Case => ({ order: { ...order, user: { age } }, fault: { subject: 'input', path: ['user', 'age'] } })),
  fc.tuple(good, noText).map(([order, tag]): Case => ({
    order: { ...order, tags: [...order.tags, tag] },
    fault: { subject: 'input', path: ['tags', order.tags.length] },
  })),
  fc
    .tuple(good, fc.integer({ min: 100, max: 200 }))
    .map(([order, age]): Case => ({ order: { ...order, user: { age } }, fault: { subject: 'output', path: ['ages', 0] } })),
);

describe.each(Object.entries(libraries))('schemas of %s', (_, operation) => {
  it.each([false, true])(
    'admit what they admit, and refuse the first that they do not at its path, validate: %s',
    async (validate) => {
      await using runtime = inMemory();
      await fc.assert(
        fc.asyncProperty(fc.array(cases, { maxLength: 12 }), async (list) => {
          // What is broken is what its type says it is not.
          const orders = list.map(({ order }) => order as Order);
          const { values, error } = await outcomeOf(from(orders).pipe(remoteMap(operation, runtime, { validate })));
          const index = list.findIndex(({ fault }) => fault !== undefined);
          const fault = list[index]?.fault;
          expect(values).toEqual(orders.slice(0, fault === undefined ? list.length : index).map(execute));
          if (fault === undefined) {
            expect(error).toBeUndefined();
            return;
          }
          const { subject, path } = fault;
          const written = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
          expect(error).toMatchObject({
            code: subject === 'input' ? 'INVALID_INPUT' : 'OPERATION_FAILED',
            operation: operation.name,
            index,
            attempts: validate && subject === 'input' ? 0 : 1,
            cause: { name: 'SchemaError', subject, issueCount: 1, issues: [{ path }] },
          });
          expect((error as Error).message).toContain(
            `operation '${operation.name}' failed at index ${index}: ${subject}${written}: `,
          );
        }),
        runs(100),
      );
    },
    60_000,
  );
});
