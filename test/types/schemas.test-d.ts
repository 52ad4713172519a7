import { defineOperation, inMemory, remoteMap, type Operation, type OperationFactory } from 'paladin-rx';
import { type } from 'arktype';
import { of, type Observable } from 'rxjs';
import * as v from 'valibot';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';

const runtime = inMemory();

describe('types of an operation with schemas', () => {
  it('are those of its input schema: what is taken, and what execute gets', () => {
    const plain = defineOperation({
      name: 'plain',
      input: z.number(),
      execute: (n, { index }) => {
        expectTypeOf(n).toEqualTypeOf<number>();
        expectTypeOf(index).toEqualTypeOf<number>();
        return `${n}`;
      },
    });
    expectTypeOf(plain).toEqualTypeOf<Operation<number, string>>();
    const dated = defineOperation({
      name: 'dated',
      input: z.string().transform((text) => new Date(text)),
      execute: async (date) => {
        expectTypeOf(date).toEqualTypeOf<Date>();
        return date.getTime();
      },
    });
    expectTypeOf(dated).toEqualTypeOf<Operation<string, number>>();
    expectTypeOf(of('2020').pipe(remoteMap(dated, runtime))).toEqualTypeOf<Observable<number>>();
    // @ts-expect-error -- it takes texts
    of(new Date()).pipe(remoteMap(dated, runtime));
    // @ts-expect-error -- execute gets a number
    defineOperation({ name: 'wrong', input: z.number(), execute: (text: string) => text });
  });

  it('are those of its output schema: what execute returns, and what comes out', () => {
    const counted = defineOperation({
      name: 'counted',
      output: z.object({ text: z.string().transform((text) => text.length) }),
      execute: (n: number) => ({ text: `${n}` }),
    });
    expectTypeOf(counted).toEqualTypeOf<Operation<number, { text: number }>>();
    // @ts-expect-error -- the schema wants a number
    defineOperation({ name: 'wrong', output: z.number(), execute: (n: number) => `${n}` });
    // @ts-expect-error -- a number or a text is not always a number
    defineOperation({ name: 'wrong', output: z.number(), execute: (n: number) => (n > 0 ? n : `${n}`) });
    // @ts-expect-error -- likewise of one that is waited for
    defineOperation({ name: 'wrong', output: z.number(), execute: async (n: number) => `${n}` });
  });

  it('are those of both', () => {
    const both = defineOperation({
      name: 'both',
      input: z.object({ n: z.coerce.number<string>() }),
      output: z.enum(['odd', 'even']).transform((kind) => [kind]),
      execute: ({ n }) => {
        expectTypeOf(n).toEqualTypeOf<number>();
        return n % 2 === 0 ? 'even' : 'odd';
      },
    });
    expectTypeOf(both).toEqualTypeOf<Operation<{ n: string }, ('odd' | 'even')[]>>();
  });

  it('are those of the schema of its arguments', () => {
    const scaled = defineOperation({
      name: 'scaled',
      args: z.tuple([z.string().transform(Number), z.boolean()]),
      input: z.number(),
      create: (factor, round) => {
        expectTypeOf(factor).toEqualTypeOf<number>();
        expectTypeOf(round).toEqualTypeOf<boolean>();
        return (n) => {
          expectTypeOf(n).toEqualTypeOf<number>();
          return factor * n;
        };
      },
    });
    expectTypeOf(scaled).toEqualTypeOf<OperationFactory<[string, boolean], number, number>>();
    expectTypeOf(scaled('2', true)).toEqualTypeOf<Operation<number, number>>();
    // @ts-expect-error -- the factor is given as a text
    scaled(2, true);
    const all = defineOperation({
      name: 'all',
      args: z.tuple([z.number()]),
      input: z.number(),
      output: z.number().transform(String),
      create: async (factor) => (n) => factor * n,
    });
    expectTypeOf(all(2)).toEqualTypeOf<Operation<number, string>>();
    // @ts-expect-error -- what the made function returns is what the schema takes
    defineOperation({ name: 'wrong', output: z.number(), create: (n: number) => () => `${n}` });
    // @ts-expect-error -- the arguments are a list
    defineOperation({ name: 'wrong', args: z.number(), create: (n: number) => () => n });
    // @ts-expect-error -- execute takes none
    defineOperation({ name: 'wrong', args: z.tuple([z.number()]), execute: (n: number) => n });
  });

  it('come from Valibot and ArkType as well', () => {
    const byValibot = defineOperation({
      name: 'by-valibot',
      args: v.tuple([v.string()]),
      input: v.pipe(v.string(), v.transform(Number)),
      output: v.object({ n: v.number() }),
      create: (unit) => (n) => {
        expectTypeOf(unit).toEqualTypeOf<string>();
        expectTypeOf(n).toEqualTypeOf<number>();
        return { n };
      },
    });
    expectTypeOf(byValibot('m')).toEqualTypeOf<Operation<string, { n: number }>>();
    const byArkType = defineOperation({
      name: 'by-arktype',
      args: type(['string']),
      input: type('string.numeric.parse'),
      output: type({ n: 'number' }),
      create: (unit) => (n) => {
        expectTypeOf(unit).toEqualTypeOf<string>();
        expectTypeOf(n).toEqualTypeOf<number>();
        return { n };
      },
    });
    expectTypeOf(byArkType('m')).toEqualTypeOf<Operation<string, { n: number }>>();
  });

  it('may be given by hand', () => {
    expectTypeOf(defineOperation<number, string>({ name: 'given', execute: (n) => `${n}` })).toEqualTypeOf<
      Operation<number, string>
    >();
  });

  it('must be of schemas', () => {
    // @ts-expect-error -- a function is no schema
    defineOperation({ name: 'wrong', input: (n: unknown) => Number(n), execute: (n: number) => n });
    // @ts-expect-error -- a text is none either
    defineOperation({ name: 'wrong', output: 'number', execute: (n: number) => n });
  });
});
