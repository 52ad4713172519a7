// A worker as a program of your own: what `paladin worker` does, in code. How to run it with hub and leader: see leader.ts.

import { parseArgs } from 'node:util';
import { startWorker } from 'paladin-rx/worker';

const { PALADIN_HUB = 'http://127.0.0.1:7400' } = process.env;
const { values: flags } = parseArgs({ options: { hub: { type: 'string', default: PALADIN_HUB } } });

const worker = await startWorker({
  hub: flags.hub,
  modules: [new URL('operations.js', import.meta.url)],
  threads: 2,
  connectTimeout: Infinity,
});
console.log(`worker ready: ${worker.offers.operations.join(', ')}`);

// Work that has begun is finished and handed in; what has not goes to other workers.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void worker.drain());
