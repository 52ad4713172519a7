import type { Attempt, Batch, BatchLoss, BatchResult } from '../../src/protocol/messages.js';

/** The stages that travel together: a chain's, or those of a part of one; `to` excluded. */
export interface Stages {
  readonly from: number;
  readonly to: number;
}

/** How often something was tried, as far as that can be told. */
interface Span {
  readonly least: number;
  readonly most: number;
}

/** An attempt that a leader has sent, of elements. */
interface Sent extends Stages {
  readonly chainId: string;
  readonly first: number;
  readonly count: number;
  /** Which tries its operations are to be told of, by element and stage. */
  readonly before: readonly (readonly Span[])[];
  /** What its leader knows of it. */
  known: 'under way' | 'returned' | 'lost' | 'answered';
  /** Whether it was lost before it was answered. */
  wasLost: boolean;
  /** Whether its leader does not want it any more. */
  isCancelled: boolean;
  /** Whether it came to nothing while another attempt of its batch was under way: then the batch goes on whole. */
  wasBeside: boolean;
  /** Whether it was answered when its leader did not wait for it any more. */
  isLate: boolean;
  /** How many of its units were begun, from the first, as far as is known. */
  counting: number;
  /** By element: the last stage that its execution reached; what was not begun is missing. */
  readonly reached: Map<number, number>;
}

/** What the simulation itself knows of the tries of all elements, from what was executed and from what leaders were told. */
export class TryAccount {
  /** Whether second attempts are made on purpose in a chain: then it is only likely that the first one has begun. */
  readonly #speculates: (chainId: string) => boolean;
  readonly #sent = new Map<string, Sent>();
  /** The attempts of each element, by chain and index. */
  readonly #ofElement = new Map<string, Sent[]>();
  /** What is executing of each element. */
  readonly #executing = new Map<string, Sent>();
  /** What operations were told that disagrees with what their leaders were told. */
  readonly mistakes: string[] = [];
  /** By how many tries operations were told wrongly at most: of more than were begun, and of fewer. */
  #tooMany = 0;
  #tooFew = 0;

  constructor(speculates: (chainId: string) => boolean) {
    this.#speculates = speculates;
  }

  /** Measured by what was executed, whatever leaders could know of it. */
  get miscounted(): { readonly tooMany: number; readonly tooFew: number } {
    return { tooMany: this.#tooMany, tooFew: this.#tooFew };
  }

  /** A leader sends an attempt. */
  sent(jobId: string, chainId: string, { from, to }: Stages, { seq, attempt, first, count, units }: Batch): void {
    if (units === 'partials') return;
    const stages = Array.from({ length: to - from }, (_, at) => from + at);
    const before = Array.from({ length: count }, (_, offset) =>
      stages.map((stage) => sum(this.#triesOf(chainId, first + offset).map((other) => knownTries(other, first + offset, stage)))),
    );
    const sent: Sent = {
      from,
      to,
      chainId,
      first,
      count,
      before,
      known: 'under way',
      wasLost: false,
      wasBeside: false,
      isLate: false,
      isCancelled: false,
      counting: count,
      reached: new Map(),
    };
    this.#sent.set(keyOf(jobId, { seq, attempt }), sent);
    for (let index = first; index < first + count; index += 1) this.#triesOf(chainId, index).push(sent);
  }

  /** A leader does not want an attempt any more. */
  cancelled(jobId: string, attempt: Attempt): void {
    const sent = this.#sent.get(keyOf(jobId, attempt));
    if (sent !== undefined) sent.isCancelled = true;
  }

  /** A leader is told that an attempt was executed. */
  answered(jobId: string, result: BatchResult): void {
    const sent = this.#sent.get(keyOf(jobId, result));
    if (sent === undefined) return;
    sent.counting = result.done;
    sent.isLate ||= sent.known === 'returned' || sent.isCancelled;
    // What fails is not taken while another attempt may still succeed.
    const isTaken = result.failures.length === 0 || !this.#isBeside(jobId, result);
    if (isTaken) sent.known = 'answered';
    else if (sent.known === 'under way') Object.assign(sent, { known: 'lost', wasLost: true, wasBeside: true });
  }

  /** A leader is told that an attempt came to nothing. */
  lost(jobId: string, loss: BatchLoss): void {
    const sent = this.#sent.get(keyOf(jobId, loss));
    if (sent?.known !== 'under way') return;
    const { cause, offset = sent.count } = loss;
    sent.known = cause === 'returned' ? 'returned' : 'lost';
    sent.wasLost ||= sent.known === 'lost';
    sent.wasBeside = this.#isBeside(jobId, loss);
    if (cause !== 'gone') sent.counting = Math.min(sent.count, offset + 1);
  }

  /** A leader is told that an attempt is under way again, in place of others that had not begun. */
  adopted(jobId: string, { seq, attempt, inPlaceOf }: Attempt & { readonly inPlaceOf: readonly number[] }): void {
    const sent = this.#sent.get(keyOf(jobId, { seq, attempt }));
    if (sent !== undefined) Object.assign(sent, { known: 'under way', counting: sent.count });
    for (const other of inPlaceOf) {
      const waiting = this.#sent.get(keyOf(jobId, { seq, attempt: other }));
      if (waiting?.known === 'under way') waiting.known = 'returned';
    }
  }

  /**
   * An attempt is executed.
   *
   * @param count how many of its units are begun
   * @param isDeadly whether it comes to nothing: then each unit counts in all stages, and no operation is called
   */
  begun(jobId: string, attempt: Attempt, count: number, isDeadly: boolean): void {
    const sent = this.#sent.get(keyOf(jobId, attempt));
    if (sent === undefined) return;
    for (let index = sent.first; index < sent.first + count; index += 1) {
      sent.reached.set(index, isDeadly ? sent.to - 1 : sent.from - 1);
      if (!isDeadly) this.#executing.set(elementKey(sent.chainId, index), sent);
    }
  }

  /** A worker hands an attempt back in the midst of it: only so many of its units were begun, from the first. */
  handedBack(jobId: string, attempt: Attempt, begun: number): void {
    const sent = this.#sent.get(keyOf(jobId, attempt));
    if (sent === undefined) return;
    for (const index of sent.reached.keys()) if (index >= sent.first + begun) sent.reached.delete(index);
  }

  /** The execution of an attempt is over. */
  ended(jobId: string, attempt: Attempt): void {
    const sent = this.#sent.get(keyOf(jobId, attempt));
    if (sent === undefined) return;
    for (const index of sent.reached.keys()) this.#executing.delete(elementKey(sent.chainId, index));
  }

  /** An operation is told which try this is of an element in a stage; or a combine that takes the element in. */
  told(chainId: string, index: number, stage: number, attempt: number): void {
    const sent = this.#executing.get(elementKey(chainId, index));
    // What partials consist of is not executed any more.
    if (sent === undefined) return;
    // Where a combine fails, elements may go through all stages again within one try.
    sent.reached.set(index, stage);
    const tries = attempt - 1;
    const { least = 0, most = 0 } = sent.before[index - sent.first]?.[stage - sent.from] ?? {};
    if (tries < least || tries > most) {
      const expected = least === most ? `${least}` : `${least} to ${most}`;
      this.mistakes.push(
        `element ${index} of job ${chainId}, stage ${stage}, was told of ${tries} tries before, not ${expected}`,
      );
    }
    if (this.#speculates(chainId)) return;
    const others = this.#triesOf(chainId, index).filter((other) => other !== sent);
    const begun = sum(others.map((other) => begunTries(other, index, stage)));
    this.#tooMany = Math.max(this.#tooMany, tries - begun.most);
    this.#tooFew = Math.max(this.#tooFew, begun.least - tries);
  }

  /** Whether another attempt of its batch is under way. */
  #isBeside(jobId: string, { seq, attempt }: Attempt): boolean {
    for (let other = 1; ; other += 1) {
      const sent = this.#sent.get(keyOf(jobId, { seq, attempt: other }));
      if (sent === undefined) return false;
      if (other !== attempt && sent.known === 'under way') return true;
    }
  }

  #triesOf(chainId: string, index: number): Sent[] {
    const key = elementKey(chainId, index);
    const present = this.#ofElement.get(key);
    if (present !== undefined) return present;
    const added: Sent[] = [];
    this.#ofElement.set(key, added);
    return added;
  }
}

const none: Span = { least: 0, most: 0 };
const once: Span = { least: 1, most: 1 };
const maybe: Span = { least: 0, most: 1 };

/** How often an attempt counts for an element in a stage, by what its leader was told of it so far. */
function knownTries(sent: Sent, index: number, stage: number): Span {
  const { from, to, first, known, counting, wasLost, wasBeside, isLate, isCancelled, reached } = sent;
  if (stage < from || stage >= to) return none;
  if (index >= first + counting) return wasBeside ? maybe : none;
  switch (known) {
    case 'under way':
      return isCancelled ? maybe : once;
    case 'returned':
      return none;
    case 'lost':
      return once;
    case 'answered': {
      const last = reached.get(index);
      // Its worker had an answer from an earlier attempt, which it did not execute again.
      if (last === undefined) return maybe;
      const times = stage <= last ? 1 : 0;
      return { least: isLate ? 0 : times, most: Math.max(times, Number(wasLost)) };
    }
  }
}

/** How often its execution was really begun in a stage; before it was answered it could not be told how far it was. */
function begunTries({ from, to, known, wasLost, reached }: Sent, index: number, stage: number): Span {
  const last = reached.get(index);
  if (stage < from || stage >= to) return none;
  // Its worker had an answer from an earlier attempt: what that one told of is told of it, too.
  if (last === undefined) return known === 'answered' ? maybe : none;
  const least = stage <= last ? 1 : 0;
  return { least, most: known === 'answered' && !wasLost ? least : 1 };
}

function sum(spans: readonly Span[]): Span {
  return spans.reduce((total, { least, most }) => ({ least: total.least + least, most: total.most + most }), none);
}

function keyOf(jobId: string, { seq, attempt }: Attempt): string {
  return `${jobId}/${seq}/${attempt}`;
}

function elementKey(chainId: string, index: number): string {
  return `${chainId}/${index}`;
}
