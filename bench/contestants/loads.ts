/** What else a hub may have to do while something is measured. */
import { fromPull, remoteMap, type Runtime } from 'paladin-rx';
import { nodeProgram, Program } from '../processes/program.js';
import { check, elementsOf, numbers } from '../work/data-kinds.js';
import { noOp } from '../work/operations.js';

/** Puts a load on a hub, until it is disposed of. */
export type Load = (url: string, runtime: Runtime) => Promise<AsyncDisposable>;

export const idle: Load = () => Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve() });

/** A leader of its own process maps numbers without end, on the same workers. */
export const anotherLeader: Load = (url) => Program.start(nodeProgram('bench/programs/cheap-leader.js', [url], /^under way/u));

/** So many results must have come before a job counts as under way: its batches have grown to their size. */
export const settledElements = 50_000;

/** The same leader maps numbers without end in a job beside. */
export const sameLeader: Load = async (_url, runtime) => {
  let next = 0;
  let underWay = (): void => undefined;
  const settled = new Promise<void>((resolve) => {
    underWay = resolve;
  });
  const subscription = fromPull(elementsOf(numbers, Infinity))
    .pipe(remoteMap(noOp, runtime))
    .subscribe((value) => {
      check(numbers, value, next);
      next += 1;
      if (next === settledElements) underWay();
    });
  await settled;
  return {
    [Symbol.asyncDispose]: () => {
      subscription.unsubscribe();
      return Promise.resolve();
    },
  };
};
