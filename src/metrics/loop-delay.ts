import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Family } from './family.js';

/** How often the delay is looked at, in milliseconds. */
const resolutionMs = 20;

const nsPerSecond = 1e9;
const quantiles = [0.5, 0.9, 0.99, 1];

/** How late the event loop of the process is. It is looked at from the first time on that somebody asks. */
export class LoopDelay {
  readonly #seen = monitorEventLoopDelay({ resolution: resolutionMs });
  #looks = 0;
  #sumSeconds = 0;

  constructor() {
    this.#seen.enable();
  }

  /** Quantiles are of what there was since it was read last. */
  read(): Family {
    const name = 'paladin_event_loop_delay_seconds';
    const ofQuantiles = quantiles.map((quantile) => ({
      labels: { quantile },
      value: late(this.#seen.percentile(100 * quantile)),
    }));
    const { count, mean } = this.#seen;
    this.#looks += count;
    if (count > 0) this.#sumSeconds += count * late(mean);
    this.#seen.reset();
    return {
      name,
      help: 'How late the event loop of the process was; quantiles are of the time since it was asked last.',
      type: 'summary',
      values: [
        ...ofQuantiles,
        { labels: {}, value: this.#sumSeconds, metricName: `${name}_sum` },
        { labels: {}, value: this.#looks, metricName: `${name}_count` },
      ],
    };
  }
}

/** What is measured is the time between two looks. */
function late(betweenNs: number): number {
  return Math.max(0, betweenNs / nsPerSecond - resolutionMs / 1_000);
}
