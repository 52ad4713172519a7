const [seconds, nanoseconds] = process.hrtime();
/** From the clock of this thread's `performance.now()`, which starts with the thread, to the common one. */
const sinceStartMs = seconds * 1e3 + nanoseconds / 1e6 - performance.now();

/** A monotonic clock that all threads of a process share, in milliseconds; unlike `performance.timeOrigin` it heeds no wall clock. */
export function commonNow(): number {
  return toCommon(performance.now());
}

export function toCommon(localMs: number): number {
  return localMs + sinceStartMs;
}

const offsetAt = 0;
const cancelAt = 1;
const stageAt = 2;
const deadlineAt = 0;
const deadlineByte = 16;
const bytes = 24;

/** Where a thread writes what it is executing, and reads what it is to abandon: memory that outlives it. */
export class Progress {
  readonly memory: SharedArrayBuffer;
  readonly #numbers: Int32Array;
  readonly #times: Float64Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(bytes)) {
    this.memory = memory;
    this.#numbers = new Int32Array(memory, 0, 3);
    this.#times = new Float64Array(memory, deadlineByte, 1);
  }

  /** The unit that is executing. Written before every unit: a plain store, since it only has to be there when the thread is gone. */
  get offset(): number {
    return Atomics.load(this.#numbers, offsetAt);
  }

  set offset(offset: number) {
    this.#numbers[offsetAt] = offset;
  }

  /** The turn of the batch that is to be abandoned. Read before every unit. */
  get cancel(): number {
    return Atomics.load(this.#numbers, cancelAt);
  }

  set cancel(turn: number) {
    Atomics.store(this.#numbers, cancelAt, turn);
  }

  /** The stage that it is in; likewise. */
  get stage(): number {
    return Atomics.load(this.#numbers, stageAt);
  }

  set stage(stage: number) {
    this.#numbers[stageAt] = stage;
  }

  /** On the common clock: when what is executing must have ended; 0: any time. */
  get deadlineMs(): number {
    return this.#times[deadlineAt] ?? 0;
  }

  set deadlineMs(deadlineMs: number) {
    this.#times[deadlineAt] = deadlineMs;
  }
}
