import { readdirSync, readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { defineMonoid, defineOperation, inMemory, PaladinError, remoteFold, remoteMap, type Serializer } from 'paladin-rx';
import { EMPTY, lastValueFrom, range, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { decodeError, encodeError } from '../../src/errors/remote-error.js';
import { asText, holds, isA, isError, messageOf, readOr } from '../../src/errors/thrown.js';
import { msgpack } from '../../src/serializer/msgpack.js';

function revoked(target: object = {}): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

/** An error whose getters throw errors whose getters throw, without end. */
class Abyss extends Error {
  override get message(): string {
    throw new Abyss();
  }
}

const withGetter = (key: string): Error =>
  Object.defineProperty(new Error('shown'), key, {
    get: () => {
      throw revoked();
    },
  });

/** A list that holds the next one twice, and so on. */
function doubled(levels: number): unknown[] {
  let list: unknown[] = ['end'];
  for (let level = 0; level < levels; level += 1) list = [list, list];
  return list;
}

function knot(): unknown[] {
  const list: unknown[] = [1];
  list.push(list, [2, null, [undefined, 3]]);
  return list;
}

const nasty: readonly [string, () => unknown][] = [
  ['a revoked Proxy', () => revoked()],
  ['a revoked Proxy of a function', () => revoked(() => 1)],
  ['a revoked Proxy of an error', () => revoked(new Error('x'))],
  ['an error whose message cannot be read', () => withGetter('message')],
  ['an error whose stack cannot be read', () => withGetter('stack')],
  ['an error whose name cannot be read', () => withGetter('name')],
  ['an error whose cause cannot be read', () => withGetter('cause')],
  ['an error whose getters throw without end', () => new Abyss()],
  ['an error with a message that is none', () => Object.assign(new Error(), { message: { toString: 1, valueOf: 1 } })],
  ['an error whose message has no end', () => Object.defineProperty(new Error(), 'message', { value: doubled(60) })],
  ['what has no text', () => ({ toString: 1, valueOf: 1 })],
  [
    'what throws when it is asked for its text',
    () => ({
      toString: () => {
        throw revoked();
      },
    }),
  ],
  ['what gives something else for its text', () => ({ toString: () => revoked() })],
  ['an object without a prototype', () => Object.create(null) as unknown],
  [
    'a Proxy whose traps throw',
    () =>
      new Proxy(new Error('x'), {
        get: () => {
          throw revoked();
        },
        getPrototypeOf: () => {
          throw revoked();
        },
      }),
  ],
  [
    'what lies about its kind',
    () =>
      Object.defineProperty({}, 'paladinErrorKind', {
        get: () => {
          throw revoked();
        },
      }),
  ],
  ['a cause that cannot be read', () => new Error('shown', { cause: revoked() })],
  ['a symbol', () => Symbol('thrown')],
  ['undefined', () => undefined],
  ['a huge text', () => 'x'.repeat(1_000_000)],
  ['a list with more paths than can be walked', () => doubled(60)],
  ['a list within itself', () => knot()],
  ['a list of millions', () => new Uint8Array(5_000_000)],
];

describe('whatever was thrown', () => {
  it.each(nasty)('%s is looked at without throwing', (_, make) => {
    const thrown = make();
    expect(typeof isError(thrown)).toBe('boolean');
    expect(isA(thrown, PaladinError)).toBe(false);
    expect(messageOf(thrown).length).toBeLessThan(1_100);
    expect(typeof asText(thrown)).toBe('string');
    if (typeof thrown === 'object' && thrown !== null) readOr(thrown, 'message');
    const { message, bytes } = encodeError(thrown);
    expect(message.length).toBeLessThan(1_100);
    expect(bytes.byteLength).toBeLessThan(65_536);
    decodeError(bytes);
  });

  it('has its message for its text, where it is no error and has no other', () => {
    expect(messageOf({ code: 'X', message: 'lost' })).toBe('lost');
    expect(messageOf({ code: 'X', message: 7 })).toBe('[object Object]');
    expect(messageOf('[object Object]')).toBe('[object Object]');
    expect(messageOf({ message: 'lost', toString: () => 'its own' })).toBe('its own');
  });

  it('has the text that it has by itself, if that is short', () => {
    for (const list of [[], [1, [2, [3]], null, undefined, 'x'], knot(), new Float64Array([1, 0.5])]) {
      expect(asText(list)).toBe(String(list));
    }
    expect(asText(doubled(60)).length).toBeLessThan(10_000);
    expect(asText(Array.from({ length: 5_000 }, () => 7))).toMatch(/^(7,){1000}…$/u);
  });

  it('has the text that its class gives it', () => {
    class Own extends Array<number> {
      override toString(): string {
        return 'mine';
      }
    }
    class Joined extends Array<number> {
      override join(): string {
        return 'joined';
      }
    }
    const lists = [
      Own.from([1, 2]),
      [Own.from([3]), 4],
      Joined.from([1, 2]),
      Buffer.from('ENOENT: no such file'),
      [Buffer.from('é'), 1],
    ];
    for (const list of lists) expect(asText(list)).toBe(String(list));
    expect(messageOf(Buffer.from('cannot open\nthe file'))).toBe('cannot open the file');
    expect(asText(Buffer.alloc(5_000_000, 'é')).length).toBeLessThan(10_000);
  });

  it('is told in bounded time also if it is of another realm, or holds long texts', () => {
    const foreign: unknown = runInNewContext('let list = ["end"]; for (let n = 0; n < 60; n += 1) list = [list, list]; list');
    expect(asText(foreign).length).toBeLessThan(10_000);
    expect(asText(runInNewContext('[1, [2, null]]'))).toBe('1,2,');
    expect(asText(Array.from({ length: 2_000 }, () => 'x'.repeat(2 ** 19))).length).toBeLessThan(200_000);
  });

  it('is told where a program prepares stacks by a function that throws', () => {
    const before = Error.prepareStackTrace;
    Error.prepareStackTrace = () => {
      throw new TypeError('no stack');
    };
    try {
      expect(encodeError(new Error('told')).message).toBe('told');
      expect(encodeError(revoked()).message).toBe('[unreadable]');
    } finally {
      Error.prepareStackTrace = before;
    }
  });

  it.each(nasty)(
    '%s can be printed within the error that tells of it, also where the program itself ran into it',
    async (_, make) => {
      await using runtime = inMemory();
      const raise = (): never => {
        throw make();
      };
      const within = (): never => {
        throw new Error('within', { cause: new Error('deeper', { cause: make() }) });
      };
      for (const fail of [raise, within]) {
        const input = { '~standard': { version: 1, vendor: 'test', validate: fail } } as const;
        const asked = defineOperation({ name: 'asked', input, execute: (x: number) => x });
        const nothing = defineMonoid({ name: 'nothing', empty: fail, combine: (left: number) => left });
        const failures = [runtime.run(asked, 1, { validate: true }), lastValueFrom(EMPTY.pipe(remoteFold(nothing, runtime)))];
        for (const { reason } of (await Promise.allSettled(failures)) as PromiseRejectedResult[]) {
          expect(isA(reason, PaladinError)).toBe(true);
          // A failure must not hand it to a reporter, which would print it.
          expect(holds(() => inspect(reason).includes('PaladinError'))).toBe(true);
        }
      }
    },
  );

  it.each(nasty)('%s fails the element, wherever it is thrown, and no other', async (_, make) => {
    await using runtime = inMemory();
    const ways: readonly ((n: number) => unknown)[] = [
      () => {
        throw make();
      },
      () => Promise.reject(make()),
      () => ({
        // oxlint-disable-next-line no-thenable -- a broken thenable is what is tested
        get then(): never {
          throw make();
        },
      }),
      () => ({
        // oxlint-disable-next-line no-thenable -- a broken thenable is what is tested
        then: () => {
          throw make();
        },
      }),
      () =>
        Object.defineProperty(Promise.resolve(1), 'constructor', {
          get: () => {
            throw make();
          },
        }),
      () => ({
        get getter(): never {
          throw make();
        },
      }),
    ];
    for (const [at, way] of ways.entries()) {
      const execute = defineOperation({ name: `way-${at}`, execute: way });
      await expect(runtime.run(execute, 1)).rejects.toBeInstanceOf(PaladinError);
      const output = defineOperation({
        name: `schema-${at}`,
        output: { '~standard': { version: 1, vendor: 'test', validate: way as () => never } },
        execute: (n: number) => n,
      });
      await expect(runtime.run(output, 1)).rejects.toBeInstanceOf(PaladinError);
      const create = defineOperation({ name: `create-${at}`, create: way as () => () => number });
      await expect(runtime.run(create(), 1)).rejects.toBeInstanceOf(PaladinError);
      const combine = defineMonoid<unknown>({ name: `combine-${at}`, empty: () => 0, combine: way as () => never });
      await expect(lastValueFrom(range(0, 5).pipe(remoteFold(combine, runtime)))).rejects.toBeInstanceOf(PaladinError);
    }
    const broken: Serializer = {
      name: 'broken',
      encode: (values) => {
        if (values.length !== 1 || values[0] === 7) throw make();
        return msgpack.encode(values);
      },
      decode: (bytes) => msgpack.decode(bytes),
    };
    const seven = defineOperation({ name: 'seven', execute: () => 7 });
    await expect(runtime.run(seven, 1, { serializer: broken })).rejects.toMatchObject({ code: 'NOT_SERIALIZABLE' });
    await expect(runtime.run(seven, 7, { serializer: broken })).rejects.toMatchObject({ code: 'NOT_SERIALIZABLE' });
    const unreadable: Serializer = {
      name: 'unreadable',
      encode: (values) => msgpack.encode(values),
      decode: () => {
        throw make();
      },
    };
    await expect(runtime.run(seven, 1, { serializer: unreadable })).rejects.toMatchObject({ code: 'PROTOCOL' });
    const inc = defineOperation({ name: 'inc', execute: (n: number) => n + 1 });
    expect(await lastValueFrom(range(0, 3).pipe(remoteMap(inc, runtime), toArray()))).toEqual([1, 2, 3]);
  });
});

describe('the sources', () => {
  it('never ask by instanceof what was thrown: a revoked Proxy throws then', () => {
    const top = new URL('../../', import.meta.url);
    const files = ['src', 'server', 'operators'].flatMap((folder) =>
      readdirSync(new URL(folder, top), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => `${folder}/${name}`),
    );
    // Examples in comments are of what a user may ask.
    const codeOf = (file: string): string => readFileSync(new URL(file, top), 'utf8').replaceAll(/^ *\/?\*.*$/gmu, '');
    const asking = files.filter((file) => /\b(?:thrown|error|cause|reason) instanceof/u.test(codeOf(file)));
    expect(asking).toEqual(['src/errors/thrown.ts']);
  });
});
