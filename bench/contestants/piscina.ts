import { Piscina } from 'piscina';
import { rateOf, type Contestant } from '../measure.js';

/** Calls under way: enough that no thread waits for the next. */
const underWay = 1_000;

/** A pool of threads, one call per element. */
export function piscina(threads: number, elements: number): Contestant {
  return {
    name: `Piscina, ${threads} thread${threads === 1 ? '' : 's'}, a call per element`,
    start: async () => {
      const pool = new Piscina({
        filename: new URL('../programs/no-op.js', import.meta.url).href,
        minThreads: threads,
        maxThreads: threads,
      });
      await pool.run(0);
      return {
        run: () =>
          rateOf(elements, async () => {
            let next = 0;
            const caller = async (): Promise<void> => {
              while (next < elements) {
                const element = next;
                next += 1;
                const result: unknown = await pool.run(element);
                if (result !== element) throw new Error(`expected ${element}, got ${String(result)}`);
              }
            };
            await Promise.all(Array.from({ length: underWay }, caller));
          }),
        [Symbol.asyncDispose]: () => pool.destroy(),
      };
    },
  };
}
