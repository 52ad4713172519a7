/** A worker of BullMQ that returns what it is given. */
import { Worker } from 'bullmq';
import { answer } from './answering.js';

const [, , queue = '', port = '', concurrency = ''] = process.argv;
const worker = new Worker(queue, (job) => Promise.resolve(job.data), {
  connection: { host: '127.0.0.1', port: Number(port), maxRetriesPerRequest: null },
  concurrency: Number(concurrency),
});
worker.on('error', (error) => {
  console.error(error);
});
await worker.waitUntilReady();
// It ends with the bench.
answer({});
console.log('ready');
