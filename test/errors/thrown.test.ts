import { readdirSync, readFileSync } from 'node:fs';
import { defineMonoid, defineOperation, inMemory, PaladinError, remoteFold, remoteMap, type Serializer } from 'paladin-rx';
import { lastValueFrom, range, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { decodeError, encodeError } from '../../src/errors/remote-error.js';
import { asText, isA, isError, messageOf, readOr } from '../../src/errors/thrown.js';
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

  it.each(nasty)('%s fails the element, wherever it is thrown, and no other', async (_, make) => {
    await using runtime = inMemory();
    const ways: readonly ((n: number) => unknown)[] = [
      () => {
        throw make();
      },
      () => Promise.reject(make()),
      () => ({
        // oxlint-disable-next-line no-thenable
        get then(): never {
          throw make();
        },
      }),
      () => ({
        // oxlint-disable-next-line no-thenable
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
    const asking = files.filter((file) =>
      /\b(?:thrown|error|cause|reason) instanceof/u.test(readFileSync(new URL(file, top), 'utf8')),
    );
    expect(asking).toEqual(['src/errors/thrown.ts']);
  });
});
