/** A worker with threads that can be asked what it has in use: `worker.js HUB`. */
import { startWorker } from 'paladin-rx/worker';
import { answer } from '../processes/answering.js';
import { measure } from './measure.js';

const [, , hub = ''] = process.argv;
await startWorker({ hub, modules: [new URL('operations.js', import.meta.url)], threads: 2 });
answer({ measure });
console.log('worker ready');
