import {
  connect,
  defineMonoid,
  defineOperation,
  flatted,
  inMemory,
  msgpack,
  remoteFold,
  remoteMap,
  type Runtime,
  type Serializer,
} from 'paladin-rx';
import { startHub, type Hub } from 'paladin-rx/server';
import { startWorker, type Worker } from 'paladin-rx/worker';
import { from, lastValueFrom, of, range, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { failureOf, outcomeOf } from '../support/outcome.js';

const echo = defineOperation({ name: 'echo', execute: (value: unknown) => value });
const sizes = defineOperation({ name: 'sizes', execute: (length: number) => 'x'.repeat(length) });
const lengthOf = defineOperation({ name: 'length-of', execute: (text: string) => text.length });
const join = defineMonoid({ name: 'join', empty: () => '', combine: (a: string, b: string) => a + b });
const prefix = defineOperation({ name: 'prefix', create: (text: string) => (x: number) => text.length + x });

describe.each([msgpack, flatted])('a value that $name cannot carry', (serializer) => {
  let runtime: Runtime;
  beforeAll(() => {
    runtime = inMemory({ serializer });
  });
  afterAll(async () => {
    await runtime.close();
  });

  it('is refused as an input, by path, after the results before it', async () => {
    const { values, error } = await outcomeOf(
      from<unknown[]>([1, 2, { list: [{ callback: () => 1 }] }, 4]).pipe(remoteMap(echo, runtime)),
    );
    expect(values).toEqual([1, 2]);
    expect(error).toMatchObject({
      code: 'NOT_SERIALIZABLE',
      operation: 'echo',
      index: 2,
      message: "operation 'echo' failed at index 2: its input cannot be sent: $.list[0].callback is a function (callback)",
    });
  });

  it('is refused as an output, by path', async () => {
    const bad = defineOperation({
      name: `bad-${serializer.name}`,
      execute: (x: number) => (x === 2 ? { deep: { symbol: Symbol('s') } } : x),
    });
    const { values, error } = await outcomeOf(range(0, 4).pipe(remoteMap(bad, runtime, { batch: 4 })));
    expect(values).toEqual([0, 1]);
    expect(error).toMatchObject({
      code: 'NOT_SERIALIZABLE',
      operation: bad.name,
      index: 2,
      message: expect.stringContaining('$.deep.symbol is a symbol'),
    });
  });

  it('is refused as an argument', async () => {
    const withCallback = defineOperation({ name: `callback-${serializer.name}`, create: (_: unknown) => (x: number) => x });
    const failing = of(1).pipe(remoteMap(withCallback({ on: () => 1 }), runtime));
    expect(await failureOf(failing)).toMatchObject({
      code: 'NOT_SERIALIZABLE',
      operation: `callback-${serializer.name}`,
      message: expect.stringContaining('argument 1: $.on is a function'),
    });
  });

  it('is refused as a partial', async () => {
    const bad = defineMonoid<unknown>({ name: `bad-fold-${serializer.name}`, empty: () => null, combine: () => () => 1 });
    expect(await failureOf(from<unknown[]>([1, 2]).pipe(remoteFold(bad, runtime)))).toMatchObject({
      code: 'NOT_SERIALIZABLE',
      operation: `bad-fold-${serializer.name}`,
    });
  });

  it('is refused as an instance of a class that nobody has registered', async () => {
    class Point {
      readonly x = 1;
    }
    expect((await failureOf(of(new Point()).pipe(remoteMap(echo, runtime)))).message).toContain(
      '$ is an instance of class Point',
    );
  });

  it('is left out where asked', async () => {
    const onSkip = vi.fn();
    const skipping = from<unknown[]>([1, () => 1, 3]).pipe(remoteMap(echo, runtime, { onFatal: 'skip', onSkip }), toArray());
    expect(await lastValueFrom(skipping)).toEqual([1, 3]);
    expect(onSkip).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 'NOT_SERIALIZABLE', index: 1 }),
      expect.any(Function),
    );
  });
});

describe('a value that is larger than the hub admits', () => {
  const maxPayloadBytes = 1_000;
  let hub: Hub;
  let worker: Worker;
  let runtime: Runtime;
  beforeAll(async () => {
    hub = await startHub({ port: 0, maxPayloadBytes });
    worker = await startWorker({ hub: hub.url, operations: [echo, sizes, lengthOf, join, prefix] });
    runtime = await connect(hub.url);
  });
  afterAll(async () => {
    await runtime.close();
    await worker.close();
    await hub.close();
  });

  it('is refused as an input, and the connection lives on', async () => {
    const { values, error } = await outcomeOf(of('a', 'b', 'c'.repeat(2_000), 'd').pipe(remoteMap(echo, runtime)));
    expect(values).toEqual(['a', 'b']);
    expect(error).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      operation: 'echo',
      index: 2,
      message: expect.stringMatching(
        /^operation 'echo' failed at index 2: its input has 2\d{3} bytes, and the hub admits 1000$/u,
      ),
    });
    expect(await runtime.run(echo, 'alive')).toBe('alive');
  });

  it('is refused as an output, and the connection lives on', async () => {
    const { values, error } = await outcomeOf(of(1, 2, 3_000, 4).pipe(remoteMap(sizes, runtime, { batch: 4 })));
    expect(values).toEqual(['x', 'xx']);
    expect(error).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      operation: 'sizes',
      index: 2,
      message: expect.stringContaining('1000'),
    });
    expect(await runtime.run(echo, 'alive')).toBe('alive');
  });

  it('is refused as an argument', async () => {
    expect(await failureOf(of(1).pipe(remoteMap(prefix('p'.repeat(5_000)), runtime)))).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      operation: 'prefix',
    });
  });

  it('is refused as a partial', async () => {
    const texts = Array.from({ length: 20 }, () => 'y'.repeat(100));
    expect(await failureOf(of(...texts).pipe(remoteFold(join, runtime)))).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      operation: 'join',
    });
  });

  it('is not what many small ones make together: they travel in several batches, either way', async () => {
    const texts = Array.from({ length: 50 }, (_, at) => String(at).padStart(100, '.'));
    expect(await lastValueFrom(of(...texts).pipe(remoteMap(echo, runtime, { batch: 50 }), toArray()))).toEqual(texts);
    const lengths = Array.from({ length: 50 }, (_, at) => at + 50);
    const outputs = of(...lengths).pipe(remoteMap(sizes, runtime, { batch: 50 }), toArray());
    expect((await lastValueFrom(outputs)).map(({ length }) => length)).toEqual(lengths);
  });
});

describe('a serializer', () => {
  it('of the operator goes before that of the runtime, and the worker must know it', async () => {
    await using runtime = inMemory({ workers: 1 });
    const decoded = vi.fn();
    const spying: Serializer = {
      name: 'spying',
      encode: (values) => msgpack.encode(values),
      decode: (bytes) => {
        decoded();
        return msgpack.decode(bytes);
      },
    };
    expect(await lastValueFrom(of(1).pipe(remoteMap(echo, runtime, { serializer: spying })))).toBe(1);
    expect(decoded).toHaveBeenCalled();
  });
});
