import { guarded } from '../guarded.js';
import type { StageDescription } from '../protocol/messages.js';
import { later } from '../real-time.js';
import { warn } from '../warn.js';
import { maxNamedStages, slowCreateMs } from './limits.js';

/** Begins to watch the set-up of a stage. The function that it returns is called when the set-up is over. */
export type WatchCreate = (stage: number) => () => void;

/**
 * Tells of stages that take long to set up. No timeout covers `create`: it may load a model for an hour. A `create` that never
 * settles would hold up its job in silence.
 */
export class SlowCreates {
  readonly #tell: (reason: string) => void;
  readonly #afterMs: number;

  /** @param tell default: a warning of the process */
  constructor(tell: (reason: string) => void = warn, afterMs: number = slowCreateMs) {
    this.#tell = tell;
    this.#afterMs = afterMs;
  }

  /** The set-up of one of these stages begins. It is told of once. */
  watch(stages: readonly StageDescription[], stage: number): () => void {
    const tell = (): void => this.#tell(slowCreateText(stages, stage, this.#afterMs));
    const timer = later(() => guarded(tell), this.#afterMs);
    timer.unref();
    return timer.cancel;
  }
}

/** What is told of a stage that has been set up for so long. */
export function slowCreateText(stages: readonly StageDescription[], stage: number, ms: number): string {
  const named = stages.slice(0, maxNamedStages).map(({ operation, version }) => `${operation}@${version}`);
  const more = stages.length > named.length ? ` and ${stages.length - named.length} more` : '';
  const { operation = '' } = stages[stage] ?? {};
  return `the create of operation '${operation}' has taken ${ms / 1_000} s and goes on (job of ${named.join(', ')}${more}); what is to be executed here waits for it, and timeout does not cover it`;
}
