import { describe, expect, it } from 'vitest';
import { SchemaError } from '../../src/errors/schema-error.js';
import { maxIssueLength, maxIssues } from '../../src/limits.js';

const messageOf = (...issues: unknown[]): string => new SchemaError('input', issues).message;

describe('a schema error', () => {
  it('says where and why, by the keys on the way', () => {
    expect(messageOf({ message: 'too small', path: ['user', 'tags', 3, 'a b', '0'] })).toBe(
      'input.user.tags[3]["a b"]["0"]: too small',
    );
    expect(messageOf({ message: 'no text' })).toBe('input: no text');
    expect(messageOf({ message: 'no text', path: [] })).toBe('input: no text');
    expect(new SchemaError('args', [{ message: 'no number', path: [0] }]).message).toBe('args[0]: no number');
  });

  it('takes keys as they are and as segments, and symbols as text', () => {
    const { issues, message } = new SchemaError('output', [
      { message: 'odd', path: [{ key: 'a' }, 'b', { key: 1 }, Symbol('s')] },
    ]);
    expect(message).toBe('output.a.b[1]["Symbol(s)"]: odd');
    expect(issues).toEqual([{ path: ['a', 'b', 1, 'Symbol(s)'], message: 'odd' }]);
  });

  it('says the first few issues and how many more there are, and carries some of these', () => {
    const many = Array.from({ length: 50 }, (_, at) => ({ message: `no ${at}`, path: [at] }));
    const error = new SchemaError('input', many);
    expect(error.message).toBe('input[0]: no 0; input[1]: no 1; input[2]: no 2; and 47 more');
    expect(error.issues).toEqual(many.slice(0, maxIssues).map(({ message, path }) => ({ path, message })));
    expect(error.issueCount).toBe(50);
    expect(messageOf(...many.slice(0, 3))).toBe('input[0]: no 0; input[1]: no 1; input[2]: no 2');
    expect(messageOf(...many.slice(0, 4))).toMatch(/; and 1 more$/u);
  });

  it('keeps them as plain lists, of whatever class they come in', () => {
    class Issues extends Array<unknown> {}
    const { issues } = new SchemaError('input', Issues.of({ message: 'm', path: Issues.of('a') }));
    expect(issues.constructor).toBe(Array);
    expect(issues[0]?.path.constructor).toBe(Array);
  });

  it('is one line, and short, whatever the schema has to say', () => {
    expect(messageOf({ message: 'first:\n  second', path: ['x'] })).toBe('input.x: first: second');
    const long = { message: 'x'.repeat(5_000), path: Array.from({ length: 500 }, () => 'key') };
    const error = new SchemaError(
      'input',
      Array.from({ length: 500 }, () => long),
    );
    expect(error.message.length).toBeLessThan(1_000);
    expect(JSON.stringify(error.issues).length).toBeLessThan(20 * (maxIssueLength + 1_000));
  });

  it('makes do with issues that are none', () => {
    expect(messageOf()).toBe('input: its schema does not say why not');
    expect(messageOf('just text', null, { message: 7, path: 'x' })).toBe('input: undefined; input: undefined; input: 7');
    expect(messageOf({ message: 'm', path: [null, {}, { key: 'k' }] })).toBe('input.null.undefined.k: m');
  });
});
