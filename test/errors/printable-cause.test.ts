import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { PaladinError } from 'paladin-rx';
import { describe, expect, it } from 'vitest';

const raise = (): never => {
  throw new Error('boom');
};

function withGetter(on: object, key: string | symbol): object {
  return Object.defineProperty(on, key, { get: raise });
}

/** Lists that hold each other twice: their text has no end. */
function endless(): unknown[] {
  let list: unknown[] = [1];
  for (let level = 0; level < 60; level += 1) list = [list, list];
  return list;
}

const bad = (): object => withGetter(new Error('bad'), 'stack');

const cause = (thrown: unknown): unknown => new PaladinError('CLOSED', 'told', { cause: thrown }).cause;

describe('a cause that cannot be printed', () => {
  const foreign = (program: string) => (): unknown => runInNewContext(program, { raise });
  const causes: readonly (readonly [string, () => unknown])[] = [
    ['an error whose stack throws', bad],
    [
      'an error whose stack is a function',
      () => Object.assign(new Error('a'), { stack: Object.assign(() => 1, { toString: raise }) }),
    ],
    ['an error whose message has no end', () => Object.defineProperty(new Error(), 'message', { value: endless() })],
    ['an error whose class throws', () => withGetter(new Error('a'), Symbol.toStringTag)],
    ['an error that throws when it prints itself', () => Object.assign(new Error('a'), { [inspect.custom]: raise })],
    ['an error of another realm whose stack throws', foreign("Object.defineProperty(new Error('a'), 'stack', { get: raise })")],
    ['an error of another realm whose name throws', foreign("Object.defineProperty(new Error('a'), 'name', { get: raise })")],
    [
      'an error of another realm whose stack is an object',
      foreign("Object.assign(new Error('a'), { stack: { toString: raise } })"),
    ],
    ['an object whose class throws', () => withGetter({}, Symbol.toStringTag)],
    ['an object that throws when it prints itself', () => ({ [inspect.custom]: raise })],
    ['a function whose name throws', () => withGetter(() => 1, 'name')],
    ['an error of many, one of which is bad', () => new AggregateError([bad()], 'many')],
    ['an error with a property that is bad', () => Object.assign(new Error('outer'), { inner: bad() })],
    ['an object with a property that is bad', () => ({ inner: bad() })],
    ['an object with a property whose message has no end', () => ({ inner: Object.assign(new Error(), { message: endless() }) })],
    ['a list with an item that is bad', () => [1, bad()]],
    ['a Map with a value that is bad', () => new Map([[1, bad()]])],
    ['a Set with an item that is bad', () => new Set([bad()])],
    ['an error whose cause is bad', () => new Error('outer', { cause: new Error('inner', { cause: bad() }) })],
  ];

  it.each(causes)('is replaced by its likeness: %s', (_, make) => {
    const thrown = make();
    const error = new PaladinError('CLOSED', 'told', { cause: thrown });
    // A failure must not hand it to a reporter, which would print it.
    expect(Object.is(error.cause, thrown)).toBe(false);
    expect(inspect(error)).toContain('PaladinError: told');
  });

  it('keeps what can be read of it', () => {
    expect(cause(Object.assign(new TypeError('outer'), { code: 7, inner: bad() }))).toMatchObject({
      name: 'TypeError',
      message: 'outer',
      code: 7,
      inner: { message: 'bad' },
    });
  });
});

describe('any other cause', () => {
  class Own extends Error {
    readonly request = { url: new URL('http://example.org/'), headers: new Map([['a', [1]]]), bytes: Buffer.from('x') };
    get derived(): never {
      return raise();
    }
  }
  const own = new Own('own', { cause: new Error('why') });
  Object.assign(own, { self: own });
  const causes: readonly (readonly [string, unknown])[] = [
    ['an error', new Error('a', { cause: new TypeError('b') })],
    ['an error of the system', Object.assign(new Error('a'), { code: 'ENOENT', errno: -2 })],
    ['an error of a class of its own, with objects', own],
    ['an error of many', new AggregateError([new Error('a')], 'many')],
    ['an error of another realm', runInNewContext("new Error('a')")],
    ['an object with a getter that nobody asks', withGetter({}, 'key')],
    ['an object without a prototype', Object.create(null)],
    ['a list', [1, [2]]],
    ['a function', raise],
    ['what prints itself', new URL('http://example.org/')],
    ['many bytes', new Uint8Array(5_000_000)],
    ['a text', 'text'],
    ['null', null],
  ];

  it.each(causes)('stays itself: %s', (_, thrown) => {
    expect(cause(thrown)).toBe(thrown);
  });
});
