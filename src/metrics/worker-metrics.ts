import { WorkTally } from '../core/work-tally.js';
import type { JobDescription, Batch } from '../protocol/messages.js';
import type { Outcome } from '../protocol/outcome.js';
import type { SlotsInUse, WorkerWatcher } from '../worker/worker-watcher.js';
import { kept, type Answer } from '../http/pages.js';
import { byLabel } from './family.js';
import { Metrics } from './metrics.js';
import { buildInfo, workFamilies } from './work-families.js';
import { readVersion } from './version.js';

/** What a worker tells Prometheus. */
export class WorkerMetrics implements WorkerWatcher {
  readonly #tally = new WorkTally();
  /** What `/metrics` answers. */
  readonly page: () => Promise<Answer>;
  #slotsInUse: () => SlotsInUse = () => ({ busy: 0, slots: 0 });

  constructor() {
    const version = readVersion();
    const metrics = new Metrics(() => {
      const { busy, slots } = this.#slotsInUse();
      const ofSlots = { busy, free: Math.max(0, slots - busy) };
      return [
        ...workFamilies(this.#tally),
        {
          name: 'paladin_slots',
          help: 'Slots of the worker: with a batch, or free.',
          type: 'gauge',
          values: byLabel('state', ofSlots),
        },
        buildInfo(version),
      ];
    });
    this.page = kept(() => metrics.answer());
  }

  /** The worker is there. */
  attach(slotsInUse: () => SlotsInUse): void {
    this.#slotsInUse = slotsInUse;
  }

  /** A batch has come to an end. */
  settled({ stages }: JobDescription, { units, count }: Batch, outcome: Outcome): void {
    if (outcome.type === 'lost') this.#tally.lose(outcome.loss.cause);
    else this.#tally.answered(this.#tally.of(stages), units === 'elements' ? count : 0, outcome.result, outcome.result.elapsedMs);
  }
}
