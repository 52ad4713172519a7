import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineOperation } from '../../src/operation/operation.js';
import { Registry } from '../../src/operation/registry.js';

const execute = (n: number): number => n;
/** Without the types, as a program in JavaScript would. */
const define = (options: object): unknown => defineOperation({ name: 'f', ...options } as never);
const invalid = (message: string): unknown => expect.objectContaining({ name: 'PaladinError', code: 'INVALID_INPUT', message });
const validate = (value: unknown): unknown => ({ value });

describe('a definition with schemas', () => {
  it.each(['input', 'output'])('is refused where its %s is no Standard Schema', (subject) => {
    for (const [got, value] of [
      ['function', Number],
      ['string', 'number'],
      ['null', null],
      ['object', {}],
      ['object', { '~standard': 1 }],
      ['object', { '~standard': { version: 2, vendor: 'v', validate } }],
      ['object', { '~standard': { version: 1, vendor: 'v' } }],
    ]) {
      expect(() => define({ execute, [subject]: value })).toThrow(
        invalid(`operation 'f': expected ${subject} to be a Standard Schema, got ${got as string}`),
      );
    }
    expect(() => define({ execute, [subject]: { '~standard': { version: 1, vendor: 'v', validate } } })).not.toThrow();
  });

  it('is refused where args are none, or nobody takes them', () => {
    expect(() => define({ create: () => execute, args: [] })).toThrow(
      invalid("operation 'f': expected args to be a Standard Schema, got object"),
    );
    expect(() => define({ execute, args: z.tuple([]) })).toThrow(invalid("operation 'f': expected args with create only"));
  });

  it('may leave them undefined', () => {
    expect(() => define({ execute, input: undefined, output: undefined, args: undefined })).not.toThrow();
  });

  it('is another one than with other schemas', () => {
    const [a, b] = [z.number(), z.number()];
    const registry = new Registry();
    registry.add(defineOperation({ name: 'f', input: a, execute }), 'here');
    registry.add(defineOperation({ name: 'f', input: a, execute }), 'there');
    for (const other of [
      defineOperation({ name: 'f', execute }),
      defineOperation({ name: 'f', input: b, execute }),
      defineOperation({ name: 'f', output: a, execute }),
    ]) {
      expect(() => registry.add(other, 'there')).toThrow("operation 'f@1' is defined twice, differently");
    }
  });
});
