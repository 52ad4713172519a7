import type { BatchResult, JobAttempt, Ticketed, WorkerToHub } from '../protocol/messages.js';

/** What a worker says of an attempt. */
export type Answer = Extract<WorkerToHub, { type: 'result' | 'lost' }>;

/** How many earlier attempts of a batch are looked for. A batch is rarely sent more often. */
const mostEarlier = 100;

interface Held {
  readonly answer: Answer;
  readonly ticket: number;
}

/**
 * The answers that a worker keeps until their leaders have acknowledged them. Their space is bounded. Beyond it the oldest go:
 * they were sent, and have most likely arrived.
 */
export class HeldAnswers {
  readonly #maxBytes: number;
  readonly #maxAnswers: number;
  /** The answers by attempt, the oldest first. */
  readonly #answers = new Map<string, Held>();
  #bytes = 0;

  /** @param maxBytes the most payload bytes; one answer is kept whatever its size */
  constructor(maxBytes: number, maxAnswers: number) {
    this.#maxBytes = maxBytes;
    this.#maxAnswers = maxAnswers;
  }

  get size(): number {
    return this.#answers.size;
  }

  /** How many of them are results. */
  get results(): number {
    return [...this.#answers.values()].filter(({ answer }) => answer.type === 'result').length;
  }

  /** @param ticket the attempt's */
  add(answer: Answer, ticket: number): void {
    this.#answers.set(keyOf(attemptOf(answer)), { answer, ticket });
    this.#bytes += bytesOf(answer);
    for (const [key, oldest] of this.#answers) {
      if (this.#answers.size === 1 || (this.#bytes <= this.#maxBytes && this.#answers.size <= this.#maxAnswers)) return;
      this.#remove(key, oldest.answer);
    }
  }

  has(attempt: JobAttempt): boolean {
    return this.#answers.has(keyOf(attempt));
  }

  get(attempt: JobAttempt): Answer | undefined {
    return this.#answers.get(keyOf(attempt))?.answer;
  }

  /** Takes the result of an earlier attempt of the same batch out. */
  takeEarlier({ jobId, seq, attempt }: JobAttempt): BatchResult | undefined {
    if (this.#answers.size === 0) return undefined;
    for (let earlier = attempt - 1; earlier > 0 && earlier >= attempt - mostEarlier; earlier -= 1) {
      const answer = this.get({ jobId, seq, attempt: earlier });
      if (answer?.type !== 'result') continue;
      this.delete({ jobId, seq, attempt: earlier });
      return answer.result;
    }
    return undefined;
  }

  delete(attempt: JobAttempt): void {
    const key = keyOf(attempt);
    const held = this.#answers.get(key);
    if (held !== undefined) this.#remove(key, held.answer);
  }

  deleteJob(jobId: string): void {
    for (const [key, { answer }] of this.#answers) if (answer.jobId === jobId) this.#remove(key, answer);
  }

  /** The answered attempts of each job that has any. */
  byJob(): ReadonlyMap<string, readonly Ticketed[]> {
    const byJob = new Map<string, Ticketed[]>();
    for (const { answer, ticket } of this.#answers.values()) {
      const { jobId, seq, attempt } = attemptOf(answer);
      const before = byJob.get(jobId);
      if (before === undefined) byJob.set(jobId, [{ seq, attempt, ticket }]);
      else before.push({ seq, attempt, ticket });
    }
    return byJob;
  }

  all(): JobAttempt[] {
    return [...this.#answers.values()].map(({ answer }) => attemptOf(answer));
  }

  validate(): void {
    const bytes = [...this.#answers.values()].reduce((sum, { answer }) => sum + bytesOf(answer), 0);
    if (bytes !== this.#bytes) throw new Error(`${bytes} bytes of answers kept, ${this.#bytes} counted`);
    if (bytes > this.#maxBytes && this.#answers.size > 1) throw new Error(`${bytes} bytes of answers kept, more than may be`);
    if (this.#answers.size > this.#maxAnswers) throw new Error(`${this.#answers.size} answers kept, more than may be`);
  }

  #remove(key: string, answer: Answer): void {
    this.#answers.delete(key);
    this.#bytes -= bytesOf(answer);
  }
}

function keyOf({ jobId, seq, attempt }: JobAttempt): string {
  return `${seq}/${attempt}/${jobId}`;
}

function attemptOf(answer: Answer): JobAttempt {
  const { seq, attempt } = answer.type === 'result' ? answer.result : answer.loss;
  return { jobId: answer.jobId, seq, attempt };
}

function bytesOf(answer: Answer): number {
  return answer.type === 'result' ? answer.result.payload.byteLength : (answer.loss.error?.byteLength ?? 0);
}
