/** A worker with threads, as `paladin worker` starts one, that can be asked how long its main thread's event loop was held up. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { startWorker } from 'paladin-rx/worker';
import { answer } from './answering.js';

const [, , hub = '', threads = '1'] = process.argv;
await startWorker({ hub, modules: [new URL('../work/operations.js', import.meta.url)], threads: Number(threads) });

/**
 * How often the histogram's timer is due; it records the time from one firing to the next, which is this when nothing holds it
 * up.
 */
const resolutionMs = 5;
const delay = monitorEventLoopDelay({ resolution: resolutionMs });
delay.enable();
answer({
  forgetDelay: () => {
    delay.reset();
  },
  delayP99Ms: () => Math.max(0, delay.percentile(99) / 1e6 - resolutionMs),
});
console.log('worker ready');
