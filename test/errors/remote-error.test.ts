import { createServer, Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FatalError } from '../../src/errors/operation-errors.js';
import { decodeError, encodeError } from '../../src/errors/remote-error.js';
import { carried } from '../serializer/arbitrary.js';
import { difference } from '../serializer/same.js';

const revive = (thrown: unknown): unknown => decodeError(encodeError(thrown).bytes);
const reviveError = (thrown: unknown): Error & Record<string, unknown> => {
  const revived = revive(thrown);
  expect(revived).toBeInstanceOf(Error);
  // Checked in the line above.
  return revived as Error & Record<string, unknown>;
};

describe('a remote error', () => {
  it.each([new Error('a'), new TypeError('b'), new RangeError(''), new SyntaxError('c', { cause: 'why' })])(
    '%s is itself again',
    (error) => {
      expect(difference(error, revive(error))).toBeUndefined();
    },
  );

  it('keeps name, message, stack, own properties and cause', () => {
    const error = Object.assign(new Error('outer', { cause: new TypeError('inner', { cause: 7 }) }), {
      code: 'E_X',
      list: [1n],
      name: 'Mine',
    });
    const revived = reviveError(error);
    expect(Object.getPrototypeOf(revived)).toBe(Error.prototype);
    expect(revived).toMatchObject({ name: 'Mine', message: 'outer', stack: error.stack, code: 'E_X', list: [1n] });
    expect(revived.cause).toBeInstanceOf(TypeError);
    expect((revived.cause as Error).cause).toBe(7);
  });

  it('keeps the name of a class that is not built in', () => {
    class Refused extends TypeError {
      override readonly name = 'Refused';
      readonly status = 403;
    }
    expect(reviveError(new Refused('no'))).toMatchObject({ name: 'Refused', message: 'no', status: 403 });
    expect(reviveError(new FatalError('no', { onFatal: 'skip' }))).toMatchObject({ name: 'FatalError', onFatal: 'skip' });
    expect(reviveError(AbortSignal.abort().reason)).toMatchObject({ name: 'AbortError', message: 'This operation was aborted' });
  });

  it('keeps what an AggregateError holds', () => {
    const revived = reviveError(new AggregateError([new Error('one'), 'two'], 'both'));
    expect(revived).toBeInstanceOf(AggregateError);
    expect(revived['errors']).toEqual([new Error('one'), 'two']);
  });

  it('keeps cycles', () => {
    const error = new Error('loop') as Error & { self?: unknown; map?: unknown };
    error.cause = error;
    error.self = { error };
    error.map = new Map([[error, error]]);
    const revived = reviveError(error);
    expect(revived.cause).toBe(revived);
    expect(revived['self']).toEqual({ error: revived });
    expect([...(revived['map'] as Map<unknown, unknown>)]).toEqual([[revived, revived]]);
  });

  it('is whatever else was thrown', () => {
    for (const value of [undefined, null, 'a string', '', -0, NaN, 5n, { code: 1, list: [undefined] }, [1, 2], new Date(5)]) {
      expect(difference(value, revive(value))).toBeUndefined();
    }
  });

  it('keeps what it can of what nobody can carry', () => {
    class Point {
      readonly x = 1;
    }
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const hostile = new Proxy(new Error('hidden'), {
      get: () => {
        throw new Error('no reading');
      },
    });
    const error = Object.assign(new Error('x'), {
      fn: function notify() {},
      symbol: Symbol('s'),
      point: new Point(),
      proxy,
      promise: Promise.resolve(1),
      bytes: new Uint8Array(1_000_000),
    });
    Object.defineProperty(error, 'late', {
      enumerable: true,
      get: () => {
        throw new Error('getter');
      },
    });
    expect(reviveError(error)).toMatchObject({
      fn: '[function notify]',
      symbol: 'Symbol(s)',
      point: { x: 1 },
      proxy: '[unreadable]',
      promise: {},
      bytes: '[Uint8Array of 1000000 bytes]',
      late: '[getter threw: getter]',
    });
    expect(reviveError(hostile).message).toContain('getter threw');
    expect(revive(proxy)).toBe('[unreadable]');
    expect(encodeError(hostile).message).toBeTypeOf('string');
    expect(revive(Symbol('thrown'))).toBe('Symbol(thrown)');
    expect(revive(() => 1)).toBe('[function (anonymous)]');
  });

  it('stays small, whatever hangs on it', () => {
    const deep: { next?: unknown } = {};
    let at = deep;
    for (let level = 0; level < 100_000; level++) at = at.next = {};
    const chain = Array.from({ length: 10_000 }).reduce<Error | undefined>((cause) => new Error('link', { cause }), undefined);
    const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, key) => [`key${key}`, { key }]));
    const cases = [
      { deep },
      { chain },
      { wide },
      { text: 'x'.repeat(10_000_000) },
      { list: new Array<number>(1_000_000).fill(1) },
    ];
    for (const details of cases) {
      const { bytes } = encodeError(Object.assign(new Error('big'), details));
      expect(bytes.byteLength).toBeLessThanOrEqual(64 * 1024);
      expect(decodeError(bytes)).toMatchObject({ name: 'Error', message: 'big' });
    }
    const texts = Object.assign(new Error('\u0001'.repeat(100_000)), {
      list: Array.from({ length: 100 }, () => 'y'.repeat(8_000)),
    });
    const { bytes, message } = encodeError(texts);
    expect(bytes.byteLength).toBeLessThanOrEqual(64 * 1024);
    expect(message.length).toBeLessThan(1_100);
    expect(reviveError(texts).stack).toMatch(/^Error: \u0001/);
    expect(encodeError('z'.repeat(10_000_000)).bytes.byteLength).toBeLessThan(64 * 1024);
  });

  it('takes sockets and servers', () => {
    const socket = new Socket();
    const server = createServer();
    expect(reviveError(Object.assign(new Error('reset'), { socket, server })).message).toBe('reset');
    socket.destroy();
  });

  it('says in one line what was thrown', () => {
    expect(encodeError(new Error('first\n  second')).message).toBe('first second');
    expect(encodeError(new TypeError()).message).toBe('TypeError');
    expect(encodeError(undefined).message).toBe('undefined');
    expect(encodeError({ toString: () => 'mine' }).message).toBe('mine');
    expect(encodeError(Object.create(null)).message).toBe('[unreadable]');
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(carried, fc.anything()), (thrown) => {
        const { bytes } = encodeError(thrown);
        const revived = decodeError(bytes);
        if (revived instanceof Error) expect(revived.message).not.toContain('cannot be decoded');
      }),
      { numRuns: 500 },
    );
  });

  it('is an Error that says so when the bytes are garbage', () => {
    for (const bytes of [
      new Uint8Array(0),
      new TextEncoder().encode('[1'),
      new TextEncoder().encode('[[]]'),
      new Uint8Array([0xff, 0]),
    ]) {
      expect(decodeError(bytes)).toMatchObject({ message: 'the error of the remote side cannot be decoded' });
    }
  });
});
