import { runInNewContext } from 'node:vm';
import {
  checkMonoid,
  connect,
  createFlatted,
  createMsgpack,
  defineMonoid,
  defineOperation,
  FatalError,
  fromPull,
  inMemory,
  remoteFold,
  remoteMap,
  toAsyncIterable,
  TransientError,
  type Runtime,
} from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { dyingAt } from 'paladin-rx/testing';
import { startWorker } from 'paladin-rx/worker';
import { lastValueFrom, of, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { checkOptions } from '../../src/errors/options.js';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });
const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });

/** Whatever JavaScript hands in. */
type Anything = (options: never) => unknown;

/** Each function that takes options: an option that is nearly one of its own, and that one. */
function takers(runtime: Runtime): readonly (readonly [string, Anything, string, string])[] {
  const observer = { next: () => undefined, completed: () => undefined, failed: () => undefined };
  const stages = [{ kind: 'map', operation: double }] as const;
  return [
    ['remoteMap', (options) => remoteMap(double, runtime, options), 'timeoutMs', 'timeout'],
    ['remoteFold', (options) => remoteFold(sum, runtime, options), 'Priority', 'priority'],
    ['run', (options) => runtime.run(double, 1, options), 'retries', 'retry'],
    ['openJob', (options) => runtime.openJob(options, observer), 'batchSize', 'batch'],
    ['openJob', (options) => runtime.openJob({ stages: [...stages, options] }, observer), 'onskip', 'onSkip'],
    ['toAsyncIterable', (options) => toAsyncIterable(of(1), options), 'windwo', 'window'],
    ['inMemory', (options) => inMemory(options), 'module', 'modules'],
    ['connect', (options) => connect('http://127.0.0.1:1', options), 'timeout', 'connectTimeout'],
    ['startHub', (options) => startHub(options), 'maxPayload', 'maxPayloadBytes'],
    ['startHub: tokens', (tokens) => startHub({ tokens }), 'workers', 'worker'],
    ['startWorker', (options) => startWorker(options), 'thread', 'threads'],
    ['defineOperation', (options) => defineOperation(options), 'exec', 'execute'],
    ['defineMonoid', (options) => defineMonoid(options), 'identityEmpty', 'empty'],
    ['checkMonoid', (options) => checkMonoid(sum, [1], options), 'equal', 'equals'],
    ['createMsgpack', (options) => createMsgpack(options), 'class', 'classes'],
    ['createFlatted', (options) => createFlatted(options), 'names', 'name'],
    ['TransientError', (options) => new TransientError('x', options), 'onfatal', 'onFatal'],
    ['FatalError', (options) => new FatalError('x', options), 'causes', 'cause'],
  ];
}

async function outcomeOf(call: () => unknown): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    return error;
  }
}

describe('options', () => {
  it('that are not known are refused by all who take options, with the nearest name that is', async () => {
    await using runtime = inMemory();
    for (const [where, take, given, nearest] of takers(runtime)) {
      expect(await outcomeOf(() => take({ [given]: 1 } as never))).toMatchObject({
        code: 'INVALID_INPUT',
        message: expect.stringContaining(`${where}: there is no option '${given}'; did you mean '${nearest}'?`) as unknown,
      });
    }
  });

  it('that are no object are refused by all', async () => {
    await using runtime = inMemory();
    for (const [, take] of takers(runtime)) {
      for (const given of [null, 7, 'fast']) {
        const error = await outcomeOf(() => take(given as never));
        expect(error).toMatchObject({ code: expect.stringMatching(/^INVALID_INPUT$/u) as unknown });
      }
    }
    expect(() => remoteMap(double, runtime, null as never)).toThrow(
      'remoteMap: expected options to be an object, or none, got null',
    );
  });

  it('are asked for by an example where there must be some', async () => {
    await using runtime = inMemory();
    const fib = (n: number): number => n;
    const answers: readonly (readonly [() => unknown, string])[] = [
      [
        () => defineOperation(fib as never),
        "defineOperation: expected a definition, as in defineOperation({ name: 'double', execute: (x) => 2 * x }), got function fib",
      ],
      [() => defineOperation('fib' as never), '2 * x }), got "fib"'],
      [() => defineOperation(undefined as never), '2 * x }), got undefined'],
      [
        () => defineMonoid(((a: number, b: number) => a + b) as never),
        "expected a definition, as in defineMonoid({ name: 'sum', empty: () => 0, combine: (a, b) => a + b }), got a function",
      ],
      [() => dyingAt(double, 5 as never), 'dyingAt: expected options, as in dyingAt(operation, { index: 5 }), got 5'],
      [() => dyingAt(double, undefined as never), 'dyingAt(operation, { index: 5 }), got undefined'],
      [() => startWorker('http://127.0.0.1:7400' as never), "startWorker: expected options, as in startWorker({ hub: 'http"],
      [() => runtime.openJob([double] as never, {} as never), "openJob: expected a job's spec, as in { stages: [{"],
    ];
    for (const [call, answer] of answers) {
      expect(await outcomeOf(call)).toMatchObject({
        code: 'INVALID_INPUT',
        message: expect.stringContaining(answer) as unknown,
      });
    }
  });

  it.each([
    [() => Promise.resolve({}), /got a promise: await it/u],
    [() => new Map([['window', 1]]), /got an instance of Map: pass Object\.fromEntries\(map\)/u],
    [() => new Set(['window']), /got an instance of Set/u],
    [() => new Date(), /got an instance of Date/u],
    [() => /x/u, /got an instance of RegExp/u],
    [() => new Error('broken'), /got Error: "broken"/u],
    [() => new URL('http://127.0.0.1:7400'), /got an instance of URL/u],
    [() => new AbortController().signal, /got an instance of AbortSignal/u],
    [() => new Uint8Array(3), /got Uint8Array of 3 bytes/u],
    [() => runInNewContext('new Map()') as object, /got an instance of Map: pass/u],
    [() => [], /got \[\]/u],
  ])('that are an object of another kind are refused by all', async (make, message) => {
    await using runtime = inMemory();
    for (const [where, take] of takers(runtime)) {
      const given = make() as never;
      const error = await outcomeOf(() => take(given));
      expect(error, where).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringMatching(/got/u) as unknown });
    }
    expect(() => remoteMap(double, runtime, make() as never)).toThrow(message);
  });

  it('say how a cause is handed in', () => {
    expect(() => new FatalError('x', new Error('broken') as never)).toThrow('got Error: "broken": pass { cause: error }');
  });

  it('may be an instance of a class of the program, a module, or of another realm', () => {
    class Settings {
      window = 1;
    }
    class Tagged extends Settings {
      readonly [Symbol.toStringTag] = 'Tagged';
    }
    const known = { window: true } as const;
    const module = Object.create(null, { [Symbol.toStringTag]: { value: 'Module' } }) as { window?: number };
    for (const given of [new Settings(), new Tagged(), module, runInNewContext('({ window: 1 })') as { window: number }]) {
      expect(checkOptions<{ window?: number }>('here', given, known)).toBe(given);
    }
  });

  it('of draining are checked, too', async () => {
    await using hub = await startHub({ port: 0 });
    await using worker = await startWorker({ hub: hub.url, operations: [double] });
    await expect(worker.drain(5_000 as never)).rejects.toThrow('drain: expected options to be an object, or none, got 5000');
    await expect(worker.drain({ timeoutMs: 5 } as never)).rejects.toThrow("did you mean 'timeout'?");
  });

  it('of a retry strategy are those of its kind', async () => {
    await using runtime = inMemory();
    const retry = { strategy: 'after', maxRetries: 1, delayMs: 5, delay: 5 } as const;
    expect(() => remoteMap(double, runtime, { retry })).toThrow(
      "remoteMap: retry: there is no option 'delay'; did you mean 'delayMs'?",
    );
    expect(() => new TransientError('x', { retry: { strategy: 'immediate', maxRetries: 1, delayMs: 1 } as never })).toThrow(
      "TransientError: retry: there is no option 'delayMs'",
    );
  });

  it('that are undefined mean the default, everywhere', async () => {
    await using hub = await startHub({
      port: 0,
      host: undefined,
      token: undefined,
      tokens: { leader: undefined },
      tls: undefined,
      origins: undefined,
      trustedProxies: undefined,
      authorize: undefined,
      insecure: undefined,
      onEvent: undefined,
      maxPayloadBytes: undefined,
    });
    const twice = defineOperation({
      name: 'twice',
      version: undefined,
      idempotent: undefined,
      input: undefined,
      output: undefined,
      args: undefined,
      create: undefined,
      execute: (x: number) => 2 * x,
    });
    const all = defineMonoid({
      name: 'all',
      version: undefined,
      idempotent: undefined,
      create: undefined,
      empty: () => 0,
      combine: (a: number, b: number) => a + b,
    });
    await using _ = await startWorker({
      hub: hub.url,
      operations: [twice],
      modules: undefined,
      threads: undefined,
      slots: undefined,
      inline: undefined,
      token: undefined,
      name: undefined,
      labels: undefined,
      connectTimeout: undefined,
      onLost: undefined,
    });
    await using remote = await connect(hub.url, {
      token: undefined,
      name: undefined,
      serializer: undefined,
      noWorkerTimeout: undefined,
      connectTimeout: undefined,
      reconnectTimeout: undefined,
      maxDeaths: undefined,
    });
    await using local = inMemory({
      workers: undefined,
      modules: undefined,
      operations: undefined,
      serializer: undefined,
      maxDeaths: undefined,
    });
    const none = {
      timeout: undefined,
      retry: undefined,
      onFatal: undefined,
      onSkip: undefined,
      validate: undefined,
      ordered: undefined,
      batch: undefined,
      window: undefined,
      priority: undefined,
      labels: undefined,
      speculate: undefined,
      serializer: undefined,
      fuse: undefined,
    };
    for (const runtime of [remote, local]) {
      const mapped = fromPull([1, 2]).pipe(remoteMap(twice, runtime, none), toArray());
      expect(await lastValueFrom(mapped)).toEqual([2, 4]);
      expect(await runtime.run(twice, 4, { signal: undefined, timeout: undefined, retry: undefined, labels: undefined })).toBe(8);
    }
    const folded = of(1, 2).pipe(remoteMap(double, local, none), remoteFold(all, local, none));
    expect(await lastValueFrom(folded)).toBe(6);
    const read = [];
    for await (const x of toAsyncIterable(of(1), { window: undefined })) read.push(x);
    expect(read).toEqual([1]);
    expect(new TransientError('x', { retry: undefined, onFatal: undefined, cause: undefined })).not.toHaveProperty('cause');
    expect(createMsgpack({ name: 'plain', classes: undefined }).decode(createMsgpack({ name: 'plain' }).encode([1]))).toEqual([
      1,
    ]);
  });

  it('may come from a prototype, and are refused by any own name', () => {
    const known = { one: true } as const;
    const inherited: { one?: number } = Object.create({ other: 1 }) as object;
    expect(checkOptions('here', inherited, known)).toBe(inherited);
    expect(() => checkOptions('here', { one: 1, constructor: 1 } as never, known)).toThrow("there is no option 'constructor'");
    expect(() => checkOptions('here', { ['x'.repeat(1e6)]: 1 } as never, known)).toThrow(
      /^here: there is no option 'x{40}'\. Options: /u,
    );
  });
});

describe('options that cannot be read', () => {
  const hostile = new Proxy(
    {},
    {
      get() {
        throw new Error('a trap');
      },
    },
  ) as never;
  const { proxy: revoked, revoke } = Proxy.revocable([], {});
  revoke();

  it('are refused wherever options are taken', async () => {
    await using runtime = inMemory();
    for (const [where, take] of takers(runtime)) {
      await expect(async () => take(hostile), where).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        message: expect.stringContaining('to be readable, but its getter throws'),
      });
    }
  });

  it('are refused by a job that is opened without a spec', async () => {
    await using runtime = inMemory();
    const observer = { next: () => undefined, completed: () => undefined, failed: () => undefined };
    expect(() => runtime.openJob(undefined as never, observer)).toThrow(
      /^openJob: expected a job's spec, as in .* got undefined$/u,
    );
  });

  // The runner could not name a revoked Proxy.
  it.each([
    ['host', () => revoked],
    ['host', () => Symbol('host')],
    ['host', () => 'x'.repeat(254)],
    ['token', () => revoked],
    ['tokens', () => hostile],
    ['tls', () => hostile],
    ['origins', () => 5],
    ['origins', () => revoked],
    ['origins', () => ['*', 'example.org']],
    ['origins', () => ['https://example.org/']],
    ['origins', () => ['https://example.org:443']],
    ['origins', () => ['https://Example.org']],
    ['origins', () => ['https://*.example.org']],
    ['origins', () => ['chrome-extension://*']],
    ['origins', () => ['ws://example.org']],
    ['origins', () => ['wss://example.org']],
    ['origins', () => ['ftp://example.org']],
    ['origins', () => ['file://example.org']],
    ['origins', () => ['']],
    ['trustedProxies', () => null],
    ['trustedProxies', () => [7]],
    ['trustedProxies', () => ['x'.repeat(1_000_000)]],
    ['onEvent', () => 'log'],
  ])('are refused by a hub: %s', async (name, make) => {
    await expect(startHub({ port: 0, [name]: make() as never })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(/^startHub: .{1,300}$/u),
    });
  });

  it.each([[() => revoked], [() => Symbol('soon')], [() => '5'], [() => null]])('are refused by a worker', async (make) => {
    const connection = { hub: 'http://127.0.0.1:1', connectTimeout: 50 };
    const refusal = { code: 'INVALID_INPUT' };
    await expect(startWorker({ ...connection, operations: [], connectTimeout: make() as never })).rejects.toMatchObject(refusal);
    await expect(startWorker({ ...connection, operations: [], slots: make() as never })).rejects.toMatchObject(refusal);
    const modules = [new URL('../fixtures/thread-operations.mjs', import.meta.url)];
    await expect(startWorker({ ...connection, operations: [] })).rejects.toMatchObject({
      ...refusal,
      message: 'startWorker: expected operations to have an operation or a monoid, got none',
    });
    await expect(startWorker({ ...connection, modules: [] })).rejects.toMatchObject({
      ...refusal,
      message: expect.stringContaining('expected modules to name at least one module, got an empty list'),
    });
    for (const name of ['threads', 'threadMemoryMb', 'threadStartTimeout']) {
      await expect(startWorker({ ...connection, modules, [name]: make() as never })).rejects.toMatchObject(refusal);
    }
  });

  it.each([
    [() => revoked, /got \S/u],
    [() => null, /got null$/u],
    [() => Symbol('soon'), /got Symbol\(soon\)$/u],
    [() => 'x'.repeat(1_000_000), /more characters/u],
    [() => Promise.resolve({ double: 1 }), /got a promise: await it$/u],
    [() => new Set([1]), /got an instance of Set: pass a list of its values$/u],
    [() => new Map([['double', 1]]), /got an instance of Map: pass a list of its values$/u],
    [() => [1].values(), /: pass a list of its values$/u],
    [() => Object.defineProperty({}, 'double', { get: () => revoked.length, enumerable: true }), /got \S/u],
  ])('are refused where operations are taken', async (make, message) => {
    const given = make() as never;
    const expected = { code: 'INVALID_INPUT', message: expect.stringMatching(message) };
    await expect(startWorker({ hub: 'http://127.0.0.1:1', operations: given })).rejects.toMatchObject(expected);
    expect(() => inMemory({ operations: given })).toThrow(expect.objectContaining(expected));
  });

  it('are refused by a serializer', () => {
    const { proxy, revoke: end } = Proxy.revocable(() => 1, {});
    end();
    expect(() => createMsgpack({ name: 'own', classes: [proxy] } as never)).toThrow(/^createMsgpack: Expected a class codec/u);
    expect(() => createMsgpack(proxy as never)).toThrow(/^createMsgpack: Expected options with a name/u);
    for (const given of [revoked, hostile]) {
      expect(() => createMsgpack({ name: 'own', classes: given })).toThrow(/^createMsgpack: Expected cl/u);
      expect(() => createMsgpack({ name: 'own', classes: [given] } as never)).toThrow(/^createMsgpack: Expected a class codec/u);
      const codec = { name: 'Own', class: given, encode: () => 1, decode: () => 1 };
      expect(() => createMsgpack({ name: 'own', classes: [codec] } as never)).toThrow(/^createMsgpack: Expected a class codec/u);
    }
  });

  it.each(['*', 'null', 'https://example.org', 'http://127.0.0.1:8080', 'http://[::1]', 'chrome-extension://abc'])(
    'a hub takes the origin %s',
    async (origin) => {
      await using hub = await startHub({ port: 0, origins: [origin] });
      expect(hub.port).toBeGreaterThan(0);
    },
  );
});
