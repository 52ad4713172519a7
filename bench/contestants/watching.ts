import { get, type IncomingMessage } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BusyRing } from '../../server/core/busy-ring.js';
import { Happenings, maxHappenings } from '../../server/core/happenings.js';
import { overviewOf } from '../../server/core/overview.js';
import { Scheduler } from '../../server/core/scheduler.js';
import type { SchedulerEffect, SchedulerEvent } from '../../server/core/scheduler-events.js';
import { SlotTime } from '../../server/core/slot-time.js';
import { forThePage } from '../../server/core/status.js';
import { defaultLimits } from '../../server/limits.js';
import { OverviewBoard } from '../../server/network/overview-board.js';
import { ticketOf } from '../../server/network/tickets.js';
import type { Offers } from '../../src/protocol/messages.js';

/** Reads what the page of a hub reads, until it is disposed of. */
export async function openPage(url: string): Promise<AsyncDisposable> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${url}/overview`, { agent: false }, resolve).on('error', reject);
  });
  response.on('error', () => undefined);
  await new Promise((resolve) => {
    response.once('data', resolve);
  });
  return {
    [Symbol.asyncDispose]: () => {
      response.destroy();
      return Promise.resolve();
    },
  };
}

const offers: Offers = { operations: ['no-op@1'], serializers: ['msgpack'], labels: [] };

/** A hub with so many workers of four slots, that somebody watches and that have said what they do; in virtual time. */
class WatchedWorkers {
  readonly #scheduler = new Scheduler({ epoch: 'bench', ticketOf, limits: defaultLimits });
  readonly #told = new Map<string, number>();
  #now = 0;

  constructor(workers: number) {
    for (let worker = 0; worker < workers; worker += 1) {
      const workerId = `worker ${worker}`;
      this.#handle({ type: 'workerJoined', workerId, name: `host-${worker}.example.org` });
      this.#handle({ type: 'workerSent', workerId, message: { type: 'report', jobs: [], ending: [] } });
      this.#handle({ type: 'workerSent', workerId, message: { type: 'offer', slots: 4, offers } });
    }
  }

  /** Somebody watches, and each worker says what it does, of as many slots as it is asked for. */
  watch(): void {
    this.#now += 120_000;
    this.#handle({ type: 'watched' });
    for (const [workerId, mostSlots] of this.#told) {
      const slots = Array.from({ length: Math.min(4, mostSlots) }, (_, slot) => ({
        operation: 0,
        forMs: 100 * slot,
        most: 0,
        busy: 0.5,
      }));
      const vitals = { loopDelayMs: 1, cores: 3.5, memoryBytes: 123_456_789 };
      this.#handle({ type: 'workerSent', workerId, message: { type: 'doing', names: ['no-op'], slots, vitals } });
    }
  }

  /** How long a line takes to be made, in milliseconds. */
  lineMs(): number {
    const board = new OverviewBoard({
      known: () => this.#scheduler.read((state) => overviewOf(state, this.#now, forThePage)),
      traffic: () => ({ in: 0, out: 0 }),
      version: '0',
      now: () => this.#now,
      today: () => this.#now,
    });
    board.make();
    const from = performance.now();
    board.make().whole();
    return performance.now() - from;
  }

  #handle(event: SchedulerEvent): void {
    for (const effect of this.#scheduler.handle(event, this.#now)) this.#note(effect);
  }

  #note(effect: SchedulerEffect): void {
    if (effect.type !== 'toWorker' || effect.message.type !== 'watch') return;
    this.#told.set(effect.workerId, effect.message.mostSlots);
  }
}

/** How long a hub with so many workers takes to make a line for its page, in milliseconds. */
export function lineMs(workers: number): number {
  const hub = new WatchedWorkers(workers);
  hub.watch();
  return hub.lineMs();
}

/** What is kept for the page at a hub with so many workers, whether somebody watches or not, in bytes. */
export function keptBytes(workers: number): number {
  const hub = new WatchedWorkers(workers);
  const before = heapBytes();
  hub.watch();
  const kept: unknown[] = [hub, ...Array.from({ length: workers }, () => new BusyRing(0)), new SlotTime()];
  const happenings = new Happenings();
  for (let at = 0; at < 2 * maxHappenings; at += 1) {
    happenings.add(
      'worker',
      'lost',
      1_000 * at,
      () => `worker host-${at}.example.org is lost, with 4 batches: it gave no sign of life`,
    );
  }
  kept.push(happenings);
  const bytes = heapBytes() - before;
  return kept.length === 0 ? 0 : bytes;
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What one collection finds to be over, another one frees.
  for (let count = 0; count < 5; count += 1) collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
