/**
 * Many workers in one process, which execute nothing: each answers every batch at once, with what it was sent. They speak the
 * protocol through the same links as real ones, so to the hub they are real.
 */
import { noop } from 'rxjs';
import { msgpack } from 'paladin-rx';
import type { Link } from '../../src/link/link.js';
import { peerKey } from '../../src/link/peer-id.js';
import { socketDial } from '../../src/link/socket-dial.js';
import type { HubToWorker, Offers, WorkerToHub } from '../../src/protocol/messages.js';
import { hubToWorker } from '../../src/wire/parse.js';
import { noOp } from '../work/operations.js';
import { answer } from './answering.js';

/** What a batch is said to have taken: that of one that has the size which the leader aims at. */
const elapsedMs = 20;

/** How many connect at a time: fewer than a server's backlog of connections that it has not looked at. */
const atATime = 50;

const offers: Offers = { operations: [`${noOp.name}@${noOp.version}`], serializers: [msgpack.name], labels: [] };
const [, , url = '', count = '1'] = process.argv;
const hub = new URL(url);
/** Descriptions of jobs that came: one for each worker and job, before the first batch of it. */
let introductions = 0;

function startOne(): Promise<void> {
  return new Promise((resolve) => {
    const dial = socketDial<WorkerToHub, HubToWorker>(
      hub,
      'worker',
      { key: peerKey(), name: 'simulated', token: undefined },
      hubToWorker,
    );
    const link: Link<WorkerToHub> = dial({
      opened: () => {
        link.send({ type: 'report', jobs: [], ending: [] });
        link.send({ type: 'offer', slots: 1, offers });
        resolve();
      },
      received: (message) => {
        if (message.type === 'job') introductions += 1;
        if (message.type !== 'assign') return;
        const { seq, attempt, count: done, payload } = message.batch;
        const result = { seq, attempt, done, failures: [], elapsedMs, payload };
        link.send({ type: 'result', jobId: message.jobId, result });
      },
      lost: noop,
      refused: (error) => {
        throw error;
      },
    });
  });
}

for (let left = Number(count); left > 0; left -= atATime) {
  await Promise.all(Array.from({ length: Math.min(left, atATime) }, startOne));
}
answer({ introductions: () => introductions });
console.log('ready');
