/**
 * Divides a chain that no worker executes whole, but several do in parts: two jobs take its place.
 *
 * Rules.
 * 1. Nothing is under way when it happens. The hub gives back what waits there, and the job waits for what is executed. So
 *    nothing is executed in the chain and in a part of it at once, and each try is counted.
 * 2. Where something was executed, some time passes before: workers of the whole chain may come back with answers.
 * 3. An element is either settled, or goes through both parts. The first part has those that are not settled: those cut, with
 *    their retries and deaths, and the backlog. The second part has what was made of the settled ones: outputs that wait for
 *    their turn, and partials.
 * 4. Elements keep their indices in both parts. So order, folds, keys and errors are as they would have been.
 * 5. A part may be divided again, in the same way.
 */
import { divisionGraceMs } from '../../limits.js';
import { Arrivals } from './arrivals.js';
import { Backlog } from './backlog.js';
import { triedOf, type BatchRecord, type NewRecord } from './batch-ledger.js';
import type { Inheritance, Past } from './inheritance.js';
import type { JobState } from './job-state.js';

/**
 * The hub says that the stages before `divideAt` find workers, and those from there on, but not all together. Undefined: that is
 * over.
 */
export function planDivision(state: JobState, divideAt: number | undefined, now: number): void {
  const { from, to, config, begun, division } = state;
  if (divideAt === undefined || config.divisible !== true || divideAt < 1 || from + divideAt >= to) {
    state.division = undefined;
    return;
  }
  const graceMs = begun ? Math.min(divisionGraceMs, config.noWorkerTimeoutMs / 2) : 0;
  state.division = { at: from + divideAt, dueAt: division?.dueAt ?? now + graceMs };
}

/** When it may be divided; undefined: not before something else happens. */
export function divisionDueAt({ division, ledger, uncut }: JobState): number | undefined {
  // Partials that are to be combined are in the ledger by now.
  const isWork = uncut + ledger.size > 0;
  return ledger.sent === 0 && isWork ? division?.dueAt : undefined;
}

/** Makes the two parts. What was the job's is theirs alone from here on. */
export function divide(state: JobState, at: number): void {
  const { from, to, source, backlog, arrivals, emission, fold, leftOut, cut, origin, stopAt, gone, past, demanded } = state;
  if (state.ledger.sent > 0) throw new Error(`a chain is divided while something of it is under way; ${state.story()}`);
  const records = state.ledger.inOrder().map((record) => handOver(record));
  const elements = records.filter(({ units }) => units !== 'partials');
  const unsettled = elements.reduce((sum, { count }) => sum + count, 0);
  // Each part is a job of its own, of which nothing was executed yet.
  const shared = { origin, stopAt, gone, dropped: state.ledger.elementsDropped };
  const first: Inheritance = {
    ...shared,
    source,
    backlog,
    arrivals,
    records: elements,
    emission: emission.beforeDivision(cut - unsettled),
    fold: undefined,
    leftOut: undefined,
    cut,
    demanded,
    past,
    tally: state.tally.ofFirstPart(),
  };
  const taken = cut - unsettled;
  const second: Inheritance = {
    ...shared,
    tally: state.tally,
    source: { state: 'open' },
    backlog: new Backlog(),
    arrivals: new Arrivals(),
    records: records.filter(({ units }) => units === 'partials'),
    emission,
    fold,
    leftOut,
    cut: taken,
    demanded: taken,
    past: [...elements.flatMap(pastOf), ...past].toSorted((a, b) => a.first - b.first),
  };
  state.inHand.endWith({
    type: 'divided',
    first: { from, to: at, inherited: first },
    second: { from: at, to, inherited: second },
  });
}

function handOver(record: BatchRecord): NewRecord & { readonly dueAt: number } {
  const { units, first, count, payload, parts, retries, deaths, suspect, alone, dueAt } = record;
  return { units, first, count, payload, parts, retries, deaths, suspect, alone, tried: triedOf(record), dueAt };
}

/** What the second part must know of a batch whose elements were tried before. */
function pastOf({ first, count, tried = 0, retries = [] }: NewRecord): Past[] {
  // What was tried again in a stage was tried.
  return tried > 0 ? [{ first, count, tried, retries }] : [];
}
