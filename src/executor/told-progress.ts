import type { StageDescription } from '../protocol/messages.js';
import { mostToldTimes, toldStepMs } from './limits.js';
import { commonNow, Progress, progressBytes } from './thread-progress.js';
import type { FromWebWorker } from './web-messages.js';

/**
 * What a Web Worker executes. It shares no memory with its page. So it tells the page what that must know of a blocked worker:
 * which unit may take until when, and what is being set up.
 *
 * The page has to read each message. So only the first units of a batch are all told, and later ones at intervals. A unit that
 * runs past its timeout among those that are not told is found when the batch is executed again: then all are told. Where a
 * stage without a timeout follows, each unit is told, and that nothing is timed any more: that stage may take longer.
 */
export class ToldProgress extends Progress {
  readonly #post: (message: FromWebWorker) => void;
  /** Whether all units are told. */
  #isWhole = false;
  /** Whether some stages have no timeout. */
  #isMixed = false;
  #told = 0;
  #lastMs = 0;
  /** Whether the page thinks that something is timed. */
  #isTimed = false;

  constructor(post: (message: FromWebWorker) => void) {
    super(new ArrayBuffer(progressBytes));
    this.#post = post;
  }

  /** @param stages those that the units of the batch go through */
  beginBatch(attempt: number, stages: readonly StageDescription[]): void {
    this.#isMixed = stages.some(({ timeoutMs }) => timeoutMs === undefined);
    this.#isWhole = attempt > 1 || this.#isMixed;
    this.#told = 0;
    this.#isTimed = false;
  }

  override get deadlineMs(): number {
    return super.deadlineMs;
  }

  override set deadlineMs(deadlineMs: number) {
    super.deadlineMs = deadlineMs;
    if (deadlineMs === 0) {
      if (this.#isMixed && this.#isTimed) this.#tell(0);
      return;
    }
    const now = commonNow();
    if (!this.#isWhole && this.#told >= mostToldTimes && now - this.#lastMs < toldStepMs) return;
    this.#told += 1;
    this.#lastMs = now;
    // One that is late already is looked at at once.
    this.#tell(Math.max(deadlineMs - now, Number.MIN_VALUE));
  }

  override beginCreate(stage: number): () => void {
    const over = super.beginCreate(stage);
    this.#post({ type: 'creating', stage, isOver: false });
    return () => {
      over();
      if (this.createdSince(stage) === 0) this.#post({ type: 'creating', stage, isOver: true });
    };
  }

  #tell(leftMs: number): void {
    this.#isTimed = leftMs > 0;
    const { offset, stage } = this;
    this.#post({ type: 'timed', offset, stage, leftMs, isExact: this.#isWhole || this.#told < mostToldTimes });
  }
}
