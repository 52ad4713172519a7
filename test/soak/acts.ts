import { setTimeout as sleep } from 'node:timers/promises';
import { lastValueFrom, range, take, toArray } from 'rxjs';
import { PaladinError, remoteFold, remoteMap, type Runtime } from 'paladin-rx';
import type { Random } from '../simulation/random.js';
import { add, concatenate, hesitate, linger, spell, stumble } from './operations.js';

/** Something that a program does with a runtime, and checks. */
type Act = (runtime: Runtime, random: Random) => Promise<void>;

/** Whatever ends a job: completion, an error, `take`, unsubscribing, an abort. */
const acts: readonly Act[] = [
  async (runtime, random) => {
    const summand = random.int(1, 100);
    const numbers = await lastValueFrom(range(0, 1_000).pipe(remoteMap(add(summand), runtime), toArray()));
    expectEqual(numbers.join(), Array.from({ length: 1_000 }, (_, n) => n + summand).join());
  },
  async (runtime) => {
    const text = await lastValueFrom(range(0, 500).pipe(remoteMap(spell, runtime), remoteFold(concatenate, runtime)));
    expectEqual(text, Array.from({ length: 500 }, (_, n) => `${n} `).join(''));
  },
  async (runtime) => {
    const numbers = await lastValueFrom(range(0, 90).pipe(remoteMap(hesitate, runtime), toArray()));
    expectEqual(numbers.join(), Array.from({ length: 90 }, (_, n) => n).join());
  },
  async (runtime, random) => {
    const count = random.int(1, 20);
    const some = await lastValueFrom(range(0, 5_000).pipe(remoteMap(add(1), runtime), take(count), toArray()));
    expectEqual(some.length, count);
  },
  async (runtime, random) => {
    const subscription = range(0, 100)
      .pipe(remoteMap(linger, runtime))
      .subscribe({
        error: (error: unknown) => {
          throw error;
        },
      });
    await sleep(random.int(0, 40));
    subscription.unsubscribe();
  },
  async (runtime, random) => {
    const n = random.int(0, 1_000);
    expectEqual(await runtime.run(add(1), n), n + 1);
  },
  async (runtime, random) => {
    const reason = new Error('enough');
    const abort = new AbortController();
    const run = runtime.run(linger, 1_000, { signal: abort.signal });
    setTimeout(
      () => {
        abort.abort(reason);
      },
      random.int(0, 40),
    );
    expectEqual(await run.catch((error: unknown) => error), reason);
  },
  async (runtime) => {
    const error = await lastValueFrom(range(0, 100).pipe(remoteMap(stumble, runtime))).catch((thrown: unknown) => thrown);
    expectEqual(error instanceof PaladinError ? `${error.code} at ${error.index}` : String(error), 'OPERATION_FAILED at 6');
  },
  async (runtime) => {
    const skipped: PaladinError[] = [];
    const options = { onFatal: 'skip', onSkip: (error: PaladinError) => skipped.push(error) } as const;
    const rest = await lastValueFrom(range(0, 70).pipe(remoteMap(stumble, runtime, options), toArray()));
    expectEqual([rest.length, skipped.length].join(), '60,10');
  },
];

/** Does one of them. */
export async function act(runtime: Runtime, random: Random): Promise<void> {
  await random.pick(acts)(runtime, random);
}

function expectEqual(found: unknown, expected: unknown): void {
  if (found !== expected) throw new Error(`expected ${String(expected)}, got ${String(found)}`);
}
