import {
  connect,
  defineMonoid,
  defineOperation,
  FatalError,
  remoteFold,
  remoteMap,
  TransientError,
  type Operation,
  type OperationContext,
  type Runtime,
} from 'paladin-rx';
import { startHub, type Hub } from 'paladin-rx/server';
import { startWorker, type Worker } from 'paladin-rx/worker';
import { lastValueFrom, Observable, range, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** What each element was called in each stage: the key, and the index. */
class Trace {
  readonly keys = new Map<string, Set<string>>();
  readonly times = new Map<string, number>();

  note(stage: string, x: number, { key }: OperationContext): void {
    const what = `${stage}(${x})`;
    this.keys.set(what, (this.keys.get(what) ?? new Set()).add(key));
    this.times.set(what, (this.times.get(what) ?? 0) + 1);
  }
}

let trace = new Trace();
/** Called as an element is in stage b. */
let inB: (x: number, context: OperationContext) => void | Promise<void> = () => undefined;

const a = defineOperation({
  name: 'a',
  execute: (x: number, context) => {
    trace.note('a', x, context);
    return x;
  },
});
const b = defineOperation({
  name: 'b',
  execute: async (x: number, context) => {
    trace.note('b', x, context);
    if (context.index !== x) throw new FatalError(`element ${x} has index ${context.index}`);
    await inB(x, context);
    return x;
  },
});
const c = defineMonoid({ name: 'c', empty: () => '', combine: (left: string, right: string) => left + right });
const text = defineOperation({ name: 'text', execute: (x: number) => `${x}.` });

type Any = Operation<never, unknown>;

describe('a chain whose last worker of the whole goes', () => {
  let hub: Hub;
  let runtime: Runtime;
  let workers: Worker[];
  beforeEach(async () => {
    trace = new Trace();
    inB = () => undefined;
    hub = await startHub({ port: 0 });
    runtime = await connect(hub.url);
    workers = [];
  });
  afterEach(async () => {
    await runtime.close();
    for (const worker of workers) await worker.close();
    await hub.close();
  });

  async function offer(...operations: readonly Any[]): Promise<Worker> {
    const worker = await startWorker({ hub: hub.url, operations });
    workers.push(worker);
    return worker;
  }

  const numbers = (count: number): number[] => Array.from({ length: count }, (_, x) => x);

  it.each([true, false])(
    'goes on in parts: nothing is lost, doubled or named anew (ordered: %s)',
    async (ordered) => {
      const whole = await offer(a, b);
      let left: Promise<unknown> | undefined;
      const failed = new Set<number>();
      inB = (x, { attempt }) => {
        if (x % 10 === 3 && !failed.has(x)) {
          failed.add(x);
          throw new TransientError('once', { retry: { strategy: 'after', maxRetries: 3, delayMs: 20 } });
        }
        if (attempt !== (failed.has(x) ? 2 : 1)) throw new FatalError(`element ${x} is told of try ${attempt}`);
        if (x === 40) left ??= whole.drain();
      };
      const values: number[] = [];
      const chain = range(0, 200).pipe(remoteMap(a, runtime, { ordered, batch: 4 }), remoteMap(b, runtime));
      const done = lastValueFrom(new Observable<number>((to) => chain.subscribe(to)).pipe(toArray()));
      await offer(a);
      await offer(b);
      values.push(...(await done));
      expect(left).toBeDefined();
      expect(ordered ? values : values.toSorted((x, y) => x - y)).toEqual(numbers(200));
      for (const [what, keys] of trace.keys) expect([what, keys.size]).toEqual([what, 1]);
      // An element is tried once in each stage; but where it failed, in both of them while they are one.
      for (const x of numbers(200)) expect(trace.times.get(`b(${x})`)).toBe(failed.has(x) ? 2 : 1);
      expect([...trace.times.keys()]).toHaveLength(400);
    },
    60_000,
  );

  it('goes on in parts with a fold at its end', async () => {
    const whole = await offer(a, b, text, c);
    let left: Promise<unknown> | undefined;
    inB = (x) => {
      if (x === 40) left ??= whole.drain();
    };
    const mapped = range(0, 200).pipe(remoteMap(a, runtime, { batch: 4 }), remoteMap(b, runtime), remoteMap(text, runtime));
    const done = lastValueFrom(mapped.pipe(remoteFold(c, runtime)));
    await offer(a, b);
    await offer(text, c);
    expect(await done).toBe(
      numbers(200)
        .map((x) => `${x}.`)
        .join(''),
    );
    expect(left).toBeDefined();
  }, 60_000);
});
