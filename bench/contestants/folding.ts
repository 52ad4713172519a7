import { firstValueFrom, map, range, reduce, type Observable } from 'rxjs';
import { connect, type Runtime } from 'paladin-rx';
import type { Contestant, Running } from '../measuring/contestant.js';
import { rateOf } from '../measuring/throughput.js';
import { wireBytesOf, type WireBytes } from '../measuring/wire.js';
import { Cleanup } from '../processes/cleanup.js';
import { Cluster } from '../processes/cluster.js';
import type { Program } from '../processes/program.js';
import { exchange, Relay } from './relay.js';
import { relayPackr } from './relay-packr.js';

/** What is measured of a fold. */
export type FoldMetric = 'perSecond' | keyof WireBytes;

/** A map and fold of the numbers from 0, and what must come out. */
export interface FoldWork<Result> {
  readonly elements: number;
  readonly map: (index: number) => Result;
  readonly combine: (a: Result, b: Result) => Result;
  readonly empty: Result;
  readonly expected: Result;
}

/** RxJS alone, in this process. */
export function rxjs<Result>({ elements, map: toResult, combine, empty, expected }: FoldWork<Result>): Contestant<FoldMetric> {
  const work = async (): Promise<void> => {
    checkResult(await firstValueFrom(range(0, elements).pipe(map(toResult), reduce(combine, empty))), expected);
  };
  return {
    name: 'RxJS in this process, map and reduce',
    start: async () => ({
      run: async () => ({ perSecond: await rateOf(elements, work), leaderBytes: 0, workerBytes: 0 }),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
  };
}

/** Batches and batches under way, as for the map of numbers. */
const batch = 4_096;
const underWay = 16;

/** The bare relay, its worker sending back the sum of each batch's doubles: a ceiling. */
export function foldingRelay({ elements, expected }: FoldWork<number>): Contestant<FoldMetric> {
  return {
    name: `bare relay, batches of ${batch}, a sum back for each`,
    start: async () => {
      const relay = await Relay.start();
      return overWire(relay, elements, async () => {
        const packr = relayPackr();
        const batches = Math.ceil(elements / batch);
        let sent = 0;
        let received = 0;
        let result = 0;
        const send = (): void => {
          if (sent >= elements) return;
          const values: number[] = [];
          for (; values.length < batch && sent < elements; sent += 1) values.push(sent);
          relay.socket.emit('numbers', packr.pack(values));
        };
        await exchange(relay.socket, underWay, send, (sumOfBatch) => {
          received += 1;
          result += Number(sumOfBatch);
          return received === batches;
        });
        checkResult(result, expected);
      });
    },
  };
}

/** Ourselves, with a hub and one worker. */
export function paladinFold<Result>(
  name: string,
  elements: number,
  expected: Result,
  pipeline: (runtime: Runtime) => Observable<Result>,
): Contestant<FoldMetric> {
  return {
    name: `paladin-rx, ${name}`,
    start: async () => {
      const cleanup = new Cleanup();
      const { hub, url } = cleanup.use(await Cluster.start({ workers: [{ threads: 1 }], observed: true }));
      const runtime = cleanup.use(await connect(url));
      const dispose = (): Promise<void> => cleanup[Symbol.asyncDispose]();
      return overWire({ hub, [Symbol.asyncDispose]: dispose }, elements, async () => {
        checkResult(await firstValueFrom(pipeline(runtime)), expected);
      });
    },
  };
}

function overWire(
  system: AsyncDisposable & { readonly hub: Program },
  elements: number,
  work: () => Promise<void>,
): Running<FoldMetric> {
  return {
    run: async () => {
      let perSecond = NaN;
      const bytes = await wireBytesOf(system.hub, async () => {
        perSecond = await rateOf(elements, work);
      });
      return { ...bytes, perSecond };
    },
    [Symbol.asyncDispose]: () => system[Symbol.asyncDispose](),
  };
}

function checkResult(result: unknown, expected: unknown): void {
  if (result !== expected) throw new Error('the fold came to something else than it must');
}
