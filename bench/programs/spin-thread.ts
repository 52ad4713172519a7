/** One core's own throughput: a thread that computes its share of the elements, and says when it is done. */
import { parentPort, workerData } from 'node:worker_threads';
import { spin, SpinCheck } from '../work/spin.js';

/** What a thread computes: every so-many-th element from its first. */
export interface SpinShare {
  readonly first: number;
  readonly step: number;
  readonly iterations: number;
}

const { first, step, iterations } = workerData as SpinShare;
const spinCheck = new SpinCheck(iterations);
parentPort?.on('message', (elements: number) => {
  let wrong = 0;
  for (let element = first; element < elements; element += step) {
    if (spin(element, iterations) !== spinCheck.expected(element)) wrong += 1;
  }
  parentPort?.postMessage(wrong);
});
parentPort?.postMessage('ready');
