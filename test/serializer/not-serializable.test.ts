import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { flatted } from '../../src/serializer/flatted.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import { NotSerializableError } from '../../src/serializer/serializer.js';

class Socket {
  readonly id = 1;
}
class List extends Array<number> {}
class Failure extends Error {}

const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();
const throwing = {
  ok: 1,
  get broken(): never {
    throw new Error('no such thing');
  },
};
const holes = [1];
holes[2] = 3;
const deep = (levels: number): unknown => {
  let value: unknown = 0;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? { a: value } : [value];
  return value;
};
const match = 'ab'.match(/b/);
const args = (function (..._: number[]): unknown {
  // The arguments object is what this test is about.
  return arguments;
})(1, 2);

describe.each([msgpack, flatted])('$name refuses', (serializer) => {
  it.each<[string, unknown, string, RegExp]>([
    ['a function', () => 1, '$', /^a function$/],
    [
      'a named function deep in data',
      { users: [0, 0, 0, { callback: function notify() {} }] },
      '$.users[3].callback',
      /^a function \(notify\)$/,
    ],
    ['a symbol', [Symbol('s')], '$[0]', /^a symbol$/],
    ['a key that is no identifier', { 'a-b': { é: Symbol() } }, '$["a-b"].é', /symbol/],
    ['a symbol key', { a: { [Symbol('s')]: 1 } }, '$.a[Symbol(s)]', /symbol key/],
    ['a class instance', { s: new Socket() }, '$.s', /^an instance of class Socket, which is not registered$/],
    ['a subclass of Array', new List(3), '$', /class List/],
    ['a subclass of Error', { e: new Failure('x') }, '$.e', /class Failure/],
    ['a Promise', [Promise.resolve()], '$[0]', /class Promise/],
    ['a WeakMap', new WeakMap(), '$', /class WeakMap/],
    ['a boxed number', { n: Object(1) as unknown }, '$.n', /^a boxed number$/],
    ['a boxed symbol', { n: Object(Symbol()) as unknown }, '$.n', /^a boxed symbol$/],
    ['a hole', { a: holes }, '$.a[1]', /^a hole/],
    ['a match array', { match }, '$.match.index', /property/],
    [
      'a Map value under a string',
      new Map<unknown, unknown>([['k', new Map([[1, Socket]])]]),
      '$.get("k").get(1)',
      /function \(Socket\)/,
    ],
    ['a Map key', { map: new Map([[Symbol.iterator, 1]]) }, '$.map[key 0]', /symbol/],
    [
      'a Map value under an object',
      {
        map: new Map<unknown, unknown>([
          [1, 1],
          [{}, Symbol()],
        ]),
      },
      '$.map[value 1]',
      /symbol/,
    ],
    ['a Set item', new Set([1, () => 1]), '$[item 1]', /function/],
    ['an Error property', Object.assign(new Error('x'), { socket: new Socket() }), '$.socket', /Socket/],
    ['an Error cause', new Error('x', { cause: Symbol() }), '$.cause', /symbol/],
    ['a Date with a property', Object.assign(new Date(), { zone: 1 }), '$.zone', /property/],
    ['a typed array with a property', Object.assign(new Uint8Array(2), { unit: 1 }), '$.unit', /property/],
    ['a throwing getter', { throwing }, '$.throwing.broken', /cannot be read \(no such thing\)/],
    ['a revoked Proxy', { p: [revoked] }, '$.p[0]', /cannot be read/],
    ['an object that pretends to be a Map', { m: Object.create(Map.prototype) as unknown }, '$.m', /cannot be read/],
    ['an object with a prototype of its own', Object.create({ a: 1 }), '$', /prototype of its own/],
    ['the arguments of a function', args, '$', /Arguments/],
    ['Math', { m: Math }, '$.m', /Math/],
    ['shared memory', [new SharedArrayBuffer(4)], '$[0]', /SharedArrayBuffer/],
  ])('%s', (_, value, path, what) => {
    const error = thrown(() => serializer.encode([1, 'two', value]));
    expect(error.valueIndex).toBe(2);
    expect(error.path).toBe(path);
    expect(error.what).toMatch(what);
    expect(error.message).toBe(`${error.path} is ${error.what}`);
  });

  it('nesting without end, and stays usable', () => {
    for (const levels of [502, 2_000, 100_000]) {
      const error = thrown(() => serializer.encode([deep(levels)]));
      expect(error.what).toMatch(/nested more than 500 levels/);
      expect(error.path.length).toBeLessThan(200);
    }
    expect(serializer.decode(serializer.encode([deep(400)]))).toHaveLength(1);
  });

  it('nothing of another realm that is plain', () => {
    expect(serializer.decode(serializer.encode([runInNewContext('({ a: { b: 1 } })')]))).toEqual([{ a: { b: 1 } }]);
  });
});

function thrown(run: () => unknown): NotSerializableError {
  try {
    run();
  } catch (error) {
    if (error instanceof NotSerializableError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
