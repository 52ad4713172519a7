import { Queue } from '../collections/queue.js';
import { nextTurn } from '../real-time.js';
import { TurnShare } from '../turn-share.js';
import { maxInlineStride, maxTurnsAhead } from './limits.js';

/**
 * Shares the turns of the event loop between the batches that are executed inline. Operations have a share of each turn. Then
 * whatever else waits has its turn: timers, sockets, the page. A batch that was interrupted goes on before others begin.
 */
export class InlineTurns {
  /**
   * Those of this thread. It is state of a module because it models the event loop, of which a thread has one. Several runtimes
   * and workers in a thread share each turn. So all of them together leave the rest of it alone.
   */
  static readonly ofThread: InlineTurns = new InlineTurns();

  readonly #share: Pick<TurnShare, 'isSpent'>;
  /** What goes on with batches that were interrupted. */
  readonly #interrupted = new Queue<() => void>();
  /** What begins others. */
  readonly #waiting = new Queue<() => void>();
  /** Whether something has begun at once in this turn. What it does is not known to the clock yet. */
  #hasBegun = false;
  /** How many turns are asked for. */
  #wanted = 0;

  /** @param share says when operations have had theirs of a turn. Default: by the clock. */
  constructor(share: Pick<TurnShare, 'isSpent'> = new TurnShare(maxInlineStride)) {
    this.#share = share;
  }

  /** Whether operations have had their share of this turn. Asked before each of them, so it is cheap. */
  isSpent(): boolean {
    return this.#share.isSpent(Infinity);
  }

  /** Begins something: at once where nothing waits or has begun in this turn, else in a later turn, behind what waits. */
  begin(call: () => void): void {
    if (this.#hasBegun || this.#interrupted.size + this.#waiting.size > 0 || this.isSpent()) {
      this.#waiting.push(call);
      this.#wantTurn();
      return;
    }
    this.#hasBegun = true;
    nextTurn(() => {
      this.#hasBegun = false;
    });
    call();
  }

  /** Resolves in a later turn, before those that are to begin. */
  goOn(): Promise<void> {
    return new Promise((resolve) => {
      this.#interrupted.push(resolve);
      this.#wantTurn();
    });
  }

  /**
   * Asks for several at once. Node lets operations go on after each, as far as they do not wait. So the clock tells all of it.
   */
  #wantTurn(): void {
    const most = Math.min(this.#interrupted.size + this.#waiting.size, maxTurnsAhead);
    for (; this.#wanted < most; this.#wanted += 1) nextTurn(() => this.#turn());
  }

  #turn(): void {
    this.#wanted -= 1;
    try {
      if (!this.isSpent()) (this.#interrupted.shift() ?? this.#waiting.shift())?.();
    } finally {
      if (this.#wanted === 0) this.#wantTurn();
    }
  }
}
