import { maxStages } from '../limits.js';
import { nodeModule } from '../platform.js';
import { realNow } from '../real-time.js';

/** The time of Node's process. In browsers threads have no clock in common, and need none: they share no memory. */
const [seconds, nanoseconds] = nodeModule('process')?.hrtime() ?? [realNow() / 1e3, 0];
/** What to add to the clock of this thread, which starts with the thread, to have the common one. */
const sinceStartMs = seconds * 1e3 + nanoseconds / 1e6 - realNow();

/**
 * A clock that all threads of a process of Node share, and that only goes forward, in milliseconds. Unlike
 * `performance.timeOrigin` it heeds no wall clock.
 */
export function commonNow(): number {
  return toCommon(realNow());
}

export function toCommon(localMs: number): number {
  return localMs + sinceStartMs;
}

const offsetAt = 0;
const cancelAt = 1;
const stageAt = 2;
const deadlineAt = 0;
const usedAt = 1;
const doublesByte = 16;
const createsByte = 32;

/** The size of the memory of a {@link Progress}. */
export const progressBytes: number = createsByte + maxStages * Float64Array.BYTES_PER_ELEMENT;

/**
 * What a thread is executing, and what it must abandon. Threads of Node share its memory with their executor, and it outlives
 * them. Where no memory can be shared there is one on each side, and messages carry over what matters.
 */
export class Progress {
  /** Whether the unit and its stage are known for certain. */
  isExact = true;
  readonly #numbers: Int32Array;
  /** Its deadline, and the bytes that it uses: 32 bits are too few for these. */
  readonly #doubles: Float64Array;
  /** Since when each stage is being set up, on the common clock; 0: it is not. */
  readonly #creates: Float64Array;

  /** @param memory of `progressBytes` */
  constructor(memory: ArrayBufferLike) {
    this.#numbers = new Int32Array(memory, 0, 3);
    this.#doubles = new Float64Array(memory, doublesByte, 2);
    this.#creates = new Float64Array(memory, createsByte, maxStages);
  }

  /** The unit that is executing. */
  get offset(): number {
    return Atomics.load(this.#numbers, offsetAt);
  }

  /** The stage that it is in. */
  get stage(): number {
    return Atomics.load(this.#numbers, stageAt);
  }

  /** Called before every unit. These are plain stores: they only have to be there when the thread is gone. */
  moveTo(offset: number, stage: number): void {
    this.#numbers[offsetAt] = offset;
    this.#numbers[stageAt] = stage;
  }

  /** The batch of this number is to be abandoned. */
  cancel(batchNumber: number): void {
    Atomics.store(this.#numbers, cancelAt, batchNumber);
  }

  /**
   * Whether the batch of this number is to be abandoned. It is called before every unit, so this is a plain load: an atomic one
   * would be a call. If it ever sees the number too late, the executor terminates the thread.
   */
  isCancelled(batchNumber: number): boolean {
    return this.#numbers[cancelAt] === batchNumber;
  }

  /** The stage is being set up, until the returned function is called. */
  beginCreate(stage: number): () => void {
    const sinceMs = commonNow();
    this.#creates[stage] = sinceMs;
    return () => {
      // Another job may be there by then.
      if (this.#creates[stage] === sinceMs) this.#creates[stage] = 0;
    };
  }

  /** Since when the stage is being set up, on the common clock; 0: it is not. */
  createdSince(stage: number): number {
    return this.#creates[stage] ?? 0;
  }

  /** The stages of another job are next. */
  forgetCreates(): void {
    this.#creates.fill(0);
  }

  /** On the common clock: when what is executing must have ended; 0: any time. */
  get deadlineMs(): number {
    return this.#doubles[deadlineAt] ?? 0;
  }

  set deadlineMs(deadlineMs: number) {
    this.#doubles[deadlineAt] = deadlineMs;
  }

  /** How many bytes the objects of the thread took after its last batch; 0: nobody has asked. */
  get usedBytes(): number {
    return this.#doubles[usedAt] ?? 0;
  }

  set usedBytes(usedBytes: number) {
    this.#doubles[usedAt] = usedBytes;
  }
}
