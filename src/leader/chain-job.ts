import type { PaladinError } from '../errors/paladin-error.js';
import { factsOfParts, type JobFacts } from '../core/job/facts.js';
import type { HubView } from '../core/job/wait.js';
import type { PartOfJob } from '../core/job/job-events.js';
import type { JobDriver, JobHandle } from './job-driver.js';
import type { JobEnding } from './job-listener.js';
import type { JobObserver, Leftover, PartObserver } from './job-observer.js';

/** What a part of the chain is opened with. */
export interface OpenedPart {
  /** Undefined: the whole chain. */
  readonly part: PartOfJob | undefined;
  readonly observer: PartObserver;
  /** Is given the driver before anything is told. */
  readonly made: (driver: JobDriver) => void;
}

/** A part that executes some of the stages. */
interface Part {
  driver: JobDriver | undefined;
  /** How many more elements it takes of the part before it. */
  credit: number;
}

/**
 * The job of a chain of several stages. At first it is one job at the hub. When the chain is divided, each part becomes a job of
 * its own. The outputs of one part go into the next part, no faster than that part asks for them.
 *
 * Invariant: the first part is fed by the owner, and the last one tells the owner. The parts in between are known to nobody else.
 */
export class ChainJob implements JobHandle {
  readonly #observer: JobObserver;
  readonly #open: (opened: OpenedPart) => void;
  readonly #parts: Part[] = [];
  readonly #over: (ending: JobEnding) => void;
  #isPaused = false;
  #isOver = false;

  /** @param over called when nothing of it is left */
  constructor(observer: JobObserver, open: (opened: OpenedPart) => void, over: (ending: JobEnding) => void = () => undefined) {
    this.#observer = observer;
    this.#over = over;
    this.#open = open;
    const whole = newPart();
    this.#parts.push(whole);
    this.#begin(whole, undefined, nothing);
  }

  push(value: unknown): void {
    this.#parts[0]?.driver?.push(value);
  }

  complete(): void {
    this.#parts[0]?.driver?.complete();
  }

  fail(error: unknown): void {
    this.#parts[0]?.driver?.fail(error);
  }

  cancel(): void {
    this.#close({ type: 'cancelled' });
  }

  /** Somebody wants to know how far it is. */
  look(): void {
    for (const { driver } of this.#parts) driver?.look();
  }

  /** What all parts together say of themselves. */
  facts(hub: HubView, total: number | undefined): JobFacts {
    return factsOfParts(this.#parts.flatMap(({ driver }) => (driver === undefined ? [] : [driver.facts(hub, total)])));
  }

  /** Ends it with an error. */
  refuse(error: PaladinError): void {
    this.#parts.at(-1)?.driver?.refuse(error);
  }

  pause(): void {
    this.#isPaused = true;
    this.#parts.at(-1)?.driver?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#parts.at(-1)?.driver?.resume();
  }

  #begin(part: Part, begin: PartOfJob | undefined, left: Leftover): void {
    // The owner may have cancelled it when the part before was begun.
    if (this.#isOver) return;
    this.#open({
      part: begin,
      observer: this.#observerOf(part),
      made: (driver) => {
        part.driver = driver;
        driver.takeOver({ ...left, paused: this.#isHeld(part) });
      },
    });
  }

  /** Whether nothing is to come out of the part at present. */
  #isHeld(part: Part): boolean {
    const next = this.#after(part);
    return next === undefined ? this.#isPaused : next.credit <= 0;
  }

  #after(part: Part): Part | undefined {
    return this.#parts[this.#parts.indexOf(part) + 1];
  }

  #before(part: Part): Part | undefined {
    return this.#parts[this.#parts.indexOf(part) - 1];
  }

  #observerOf(part: Part): PartObserver {
    const owner = this.#observer;
    return {
      next: (value, index) => {
        const next = this.#after(part);
        if (next === undefined) owner.next(value);
        else this.#spend(part, next, () => next.driver?.push(value, index));
      },
      skipped: (error, stage, input) => owner.skipped?.(error, stage, input),
      leftOut: (index, stage) => {
        const next = this.#after(part);
        if (next !== undefined) this.#spend(part, next, () => next.driver?.leaveOut(index, stage));
      },
      demand: (count) => {
        const before = this.#before(part);
        if (before === undefined) {
          owner.demand?.(count);
          return;
        }
        part.credit += count;
        if (part.credit > 0) before.driver?.resume();
      },
      divided: (first, second, left) => {
        this.#divide(part, first, second, left);
      },
      completed: () => {
        const next = this.#after(part);
        if (next === undefined) this.#end({ type: 'completed' }, () => owner.completed());
        else next.driver?.complete();
      },
      failed: (error) => {
        const next = this.#after(part);
        if (next === undefined) this.#end({ type: 'failed', error }, () => owner.failed(error));
        else next.driver?.fail(error);
      },
    };
  }

  /** The next part is given an element of those that it has asked for. */
  #spend(part: Part, next: Part, give: () => void): void {
    next.credit -= 1;
    if (next.credit <= 0) part.driver?.pause();
    give();
  }

  /** Two parts take the place of one. */
  #divide(part: Part, first: PartOfJob, second: PartOfJob, left: Leftover): void {
    if (this.#isOver) return;
    const ahead: Part = { driver: undefined, credit: part.credit };
    const behind = newPart();
    this.#parts.splice(this.#parts.indexOf(part), 1, ahead, behind);
    this.#begin(ahead, first, { ...left, news: [] });
    // The first one brings nothing before the second one asks for it.
    this.#begin(behind, second, { ...nothing, news: left.news });
  }

  /** The job is over: the parts before the last one are not needed any more. */
  #end(ending: JobEnding, tell: () => void): void {
    if (this.#isOver) return;
    this.#close(ending);
    tell();
  }

  #close(ending: JobEnding): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const { driver } of this.#parts) driver?.cancel();
    this.#over(ending);
  }
}

const nothing: Leftover = { source: [], sourceEnded: false, news: [] };

function newPart(): Part {
  return { driver: undefined, credit: 0 };
}
