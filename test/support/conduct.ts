import { FatalError, TransientError, type OperationContext } from 'paladin-rx';

/** How the operations and monoids of the property tests go about their work; sent to workers as an argument. */
export interface Conduct {
  /** The most turns of the event loop that a call waits; how many is derived from its values. 0: all is synchronous. */
  readonly mostTurns: number;
}

/** What an element does to the stages that it meets. */
export type Mark = 'good' | 'breaks map' | 'breaks map at first' | 'breaks combine' | 'breaks combine at first';

/** An element, or the fold of several, with what it does. Ids are unique in a list; what was combined is good. */
export interface Marked<A> {
  readonly value: A;
  readonly mark: Mark;
  readonly id: number;
}

/** The function, behaving as told. */
export function conducted<Args extends readonly unknown[], Result>(
  { mostTurns }: Conduct,
  work: (...args: Args) => Result,
  delayBy: (...args: Args) => unknown,
): (...args: Args) => Result | Promise<Result> {
  if (mostTurns === 0) return work;
  return (...args) => {
    const turns = hash(delayBy(...args)) % (mostTurns + 1);
    return turns === 0 ? work(...args) : later(turns, () => work(...args));
  };
}

/** Throws if the marked value breaks this kind of stage. */
export function meet(stage: 'map' | 'combine', marked: Marked<unknown>, { jobId }: OperationContext): void {
  if (marked.mark === `breaks ${stage}`) throw new FatalError(`element ${marked.id} breaks ${stage}`);
  if (marked.mark !== `breaks ${stage} at first`) return;
  const key = `${jobId} ${stage} ${marked.id}`;
  if (broken.has(key)) return;
  broken.add(key);
  throw new TransientError(`element ${marked.id} breaks ${stage} at first`, { retry: { strategy: 'immediate', maxRetries: 20 } });
}

/** What has broken once in this process or thread. Jobs have ids of their own, so no test sees another's. */
const broken = new Set<string>();

async function later<Result>(turns: number, work: () => Result): Promise<Result> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return work();
}

function hash(value: unknown): number {
  let sum = 17;
  for (const character of JSON.stringify(value, plain)) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return sum;
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Map || value instanceof Set ? [...value] : value;
}
