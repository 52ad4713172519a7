import { DisjointRanges } from '../../src/collections/disjoint-ranges.js';
import { BalancedFold } from './balanced-fold.js';
import { VirtualTime } from './virtual-time.js';
import type { Workload } from './workload.js';

/**
 * Paladin's rule: every result that comes to the leader is paired with an adjacent one, if there is any, and the pair is queued
 * behind everything else that is queued at the hub: elements and pairs, one a trip, first in, first out.
 *
 * @returns the makespan in milliseconds
 */
export function paladinsRule({ elements, slots, latencyMs, elementMs, arrivalMs, combineMs }: Workload): number {
  const time = new VirtualTime(latencyMs);
  const held = new DisjointRanges<Loose>(({ first, count }) => first + count);
  const queue: Task[] = [];
  let head = 0;
  let free = slots;
  let makespanMs = 0;

  const serve = (): void => {
    for (let task = queue[head]; task !== undefined && free > 0; task = queue[head]) {
      head += 1;
      free -= 1;
      const { first, count, ms } = task;
      time.deliver(() => {
        time.after(ms, () => {
          time.deliver(() => {
            free += 1;
            time.deliver(() => {
              arrive({ first, count });
            });
            serve();
          });
        });
      });
    }
  };
  const enqueue = (task: Task): void => {
    time.deliver(() => {
      queue.push(task);
      serve();
    });
  };
  const arrive = ({ first, count }: Loose): void => {
    makespanMs = time.now;
    const other = held.endingAt(first) ?? held.startingAt(first + count);
    if (other === undefined) {
      held.add({ first, count });
      return;
    }
    held.delete(other);
    const width = count + other.count;
    enqueue({ first: Math.min(first, other.first), count: width, ms: combineMs.fixed + combineMs.perElement * width });
  };
  for (let at = 0; at < elements; at += 1) {
    const task = { first: at, count: 1, ms: elementMs[at] ?? 0 };
    time.after(arrivalMs[at] ?? 0, () => {
      enqueue(task);
    });
  }
  time.run();
  if (held.startingAt(0)?.count !== elements) throw new Error("Paladin's rule did not fold everything");
  return makespanMs;
}

interface Loose {
  readonly first: number;
  readonly count: number;
}

interface Task extends Loose {
  readonly ms: number;
}

/**
 * Static chunks: each slot is given one chunk up front, as long as every other, and folds its elements as they come; the leader
 * has the chunks' partials combined in a balanced tree.
 *
 * @returns the makespan in milliseconds
 */
export function staticChunks({ elements, slots, latencyMs, elementMs, arrivalMs, combineMs }: Workload): number {
  const chunks = Math.min(slots, elements);
  const start = (chunk: number): number => Math.floor((chunk * elements) / chunks);
  const chunkEnd = (chunk: number): number => {
    const fold = new BalancedFold(combineMs);
    let now = 0;
    for (let at = start(chunk); at < start(chunk + 1); at += 1) {
      now = Math.max(now, (arrivalMs[at] ?? 0) + 2 * latencyMs) + (elementMs[at] ?? 0) + fold.push(1);
    }
    return now + fold.finish() + 2 * latencyMs;
  };
  // The slots of the left chunks are idle by then.
  const treeEnd = (from: number, to: number): number => {
    if (to - from === 1) return chunkEnd(from);
    const middle = (from + to) >> 1;
    const ms = combineMs.fixed + combineMs.perElement * (start(to) - start(from));
    return Math.max(treeEnd(from, middle), treeEnd(middle, to)) + 4 * latencyMs + ms;
  };
  return treeEnd(0, chunks);
}
