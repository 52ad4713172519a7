/** Sends back what it is sent: a thread behind the worker of the bare relay. */
import { parentPort } from 'node:worker_threads';

parentPort?.on('message', (value: unknown) => {
  parentPort?.postMessage(value);
});
