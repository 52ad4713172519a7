import { connect, defineOperation, fromPull, inMemory, PaladinError, remoteFold, remoteMap, toAsyncIterable } from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { of, Subject } from 'rxjs';
import { describe as suite, expect, it } from 'vitest';
import { describe } from '../../src/errors/describe.js';
import { maxDescribedLength } from '../../src/limits.js';

const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();
const circular: Record<string, unknown> = { a: 1 };
circular['self'] = circular;
class Socket {
  readonly id = 1;
  toJSON(): never {
    throw new Error('not as JSON');
  }
}
const million = Array.from({ length: 1_000_000 }, (_, at) => at);

const values: readonly [string, unknown, RegExp][] = [
  ['a text', 'fast', /^"fast"$/u],
  ['a huge text', 'x'.repeat(1_000_000), /^"x+… \(\d+ more characters\)"$/u],
  ['a number', -0, /^-0$/u],
  ['a bigint', 5n, /^5n$/u],
  ['a huge bigint', 2n ** 1_000_000n, /^a very large bigint$/u],
  ['a symbol', Symbol('s'), /^Symbol\(s\)$/u],
  ['undefined', undefined, /^undefined$/u],
  ['null', null, /^null$/u],
  ['a function', function named() {}, /^function named$/u],
  ['a class', Socket, /^class Socket$/u],
  ['a list of a million', million, /^\[0, 1, 2, 3, 4, … 999995 more\]$/u],
  ['a list that is sparse', new Array(20_000), /more\]$/u],
  ['a circular object', circular, /^\{ a: 1, self: \[circular\] \}$/u],
  ['an object of bigints', { many: [1n, 2n] }, /^\{ many: \[1n, 2n\] \}$/u],
  ['deep data', { a: { b: { c: { d: 1 } } } }, /^\{ a: \{ b: \{…\} \} \}$/u],
  ['an instance', new Socket(), /^Socket \{ id: 1 \}$/u],
  ['an error', new TypeError('no'), /^TypeError: "no"$/u],
  [
    'a getter',
    {
      get a(): never {
        throw new Error('x');
      },
    },
    /^\{ a: \[getter\] \}$/u,
  ],
  ['a subscription', new Subject().subscribe(), /Subscri/u],
  ['a promise', Promise.resolve(1), /^an instance of Promise$/u],
  ['bytes', new Uint8Array(1_000_000), /^Uint8Array of 1000000 bytes$/u],
  ['an object without a prototype', Object.create(null), /^\{\}$/u],
  ['a revoked Proxy', revoked, /^an object that cannot be read$/u],
  ['a revoked Proxy deep in data', { a: [revoked] }, /cannot be read/u],
  ['very many keys', Object.fromEntries(million.slice(0, 2_000).map((at) => [`key ${'k'.repeat(50)} ${at}`, at])), /more/u],
];

suite('the description of', () => {
  it.each(values)('%s says what it is', (_, value, text) => {
    expect(describe(value)).toMatch(text);
    expect(describe(value).length).toBeLessThan(maxDescribedLength + 50);
  });
});

suite('a check of an argument', () => {
  it.each(values)('never fails on what it describes: %s', async (_, value) => {
    await using runtime = inMemory();
    const inc = defineOperation({ name: 'inc', execute: (n: number) => n + 1 });
    // Whoever calls from JavaScript may hand in anything.
    const any = value as never;
    const calls: readonly (() => unknown)[] = [
      () => toAsyncIterable(any),
      () => toAsyncIterable(of(1), { window: any ?? false }),
      () => remoteMap(any, runtime),
      () => remoteFold(any, runtime),
      () => remoteMap(inc, any),
      () => remoteMap(inc, runtime, { batch: any ?? false }),
      () => remoteMap(inc, runtime, { labels: any ?? false }),
      () => remoteMap(inc, runtime, { retry: any ?? false }),
      () => remoteMap(inc, runtime, { timeout: any ?? false }),
      () => remoteMap(inc, runtime, { serializer: any ?? false }),
      () => remoteMap(inc, runtime, { onSkip: typeof value === 'function' ? (1 as never) : (any ?? false) }),
      () => runtime.run(any, 1 as never),
      () => runtime.openJob({ stages: [{ kind: any, operation: inc }] }, any),
      () => inMemory({ workers: any ?? false }),
      () => inMemory({ modules: any ?? false }),
      () => inMemory({ serializer: any ?? false }),
      () => defineOperation({ name: 'a b', version: any, execute: inc as never }),
      () => defineOperation({ name: 'a', idempotent: any ?? 1, execute: () => 1 }),
      () => defineOperation({ name: 'a', input: any ?? false, execute: (n: number) => n }),
      () => connect(any),
      () => connect('http://127.0.0.1:1', { connectTimeout: typeof value === 'number' ? -1 : (any ?? false) }),
      () => startHub({ port: typeof value === 'number' ? -1 : (any ?? false) }),
      () =>
        startWorker({
          hub: 'http://127.0.0.1:1',
          operations: [inc],
          labels: any ?? false,
        }),
    ];
    if (!isIterable(value)) await refused(() => fromPull(any));
    for (const call of calls) await refused(call);
  });
});

function isIterable(value: unknown): boolean {
  try {
    return Symbol.iterator in Object(value);
  } catch {
    return false;
  }
}

async function refused(call: () => unknown): Promise<void> {
  let thrown: unknown;
  try {
    await call();
  } catch (error) {
    thrown = error;
  }
  expect(thrown, String(call)).toBeInstanceOf(PaladinError);
  expect(thrown).toMatchObject({ code: 'INVALID_INPUT' });
  expect((thrown as PaladinError).message.length).toBeLessThanOrEqual(2_000);
}
