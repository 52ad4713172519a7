/** The first answer of a thread that only doubles. */
import { Worker } from 'node:worker_threads';
import { printSinceStart } from './since-start.js';

const thread = new Worker(new URL('doubling-thread.js', import.meta.url));
thread.once('message', (result) => {
  printSinceStart(result);
  void thread.terminate();
});
thread.postMessage(21);
