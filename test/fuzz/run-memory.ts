import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { firstValueFrom, Subject } from 'rxjs';
import { connect, remoteMap } from 'paladin-rx';
import { fetchStatus } from 'paladin-rx/server';
import { Cleanup } from '../../bench/processes/cleanup.js';
import { canReadMemory, peakResidentBytes, residentBytes } from '../../bench/processes/memory.js';
import { plainTable } from '../../bench/report/table.js';
import type { ChildProgram } from '../processes/child-program.js';
import { paladin } from '../processes/paladin.js';
import { within } from '../processes/within.js';
import { Random } from '../simulation/random.js';
import { keyOf } from './attacks/enter.js';
import { lookUp, swell } from './hoarded-operations.js';
import { batchOf } from './messages.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import { FuzzPeer } from './wire/peer.js';

const MiB = 1024 ** 2;

/** What fills a hub or its workers, unless they bound it. */
interface Hoard {
  readonly name: string;
  /** Of the hub. */
  readonly flags: readonly string[];
  /** What hub and worker may gain, in MiB. Without the bound it is far more. */
  readonly mostGain: { readonly hub: number; readonly worker: number };
  fill(url: string): Promise<void>;
}

const hoards: readonly Hoard[] = [
  {
    // The hub keeps 64 MiB of 720 MiB of results, and what is on its way.
    name: '12 leaders that do not read results of 1 MiB (maxAllUnreadBytes: 64 MiB)',
    flags: ['--max-all-unread-bytes', String(64 * MiB)],
    mostGain: { hub: 160, worker: 250 },
    async fill(url) {
      const leaders = await Promise.all(Array.from({ length: 12 }, (_, at) => unreadingLeader(url, 60, MiB, new Random(at))));
      // Until nothing is given out any more.
      for (let before = -1, results = 0; before < results;) {
        await sleep(1_500);
        before = results;
        results = (await fetchStatus(url)).counters['results'] ?? 0;
      }
      for (const leader of leaders) leader.connection.raw.close();
    },
  },
  {
    // The hub keeps all arguments, 172 MiB; the worker 8 MiB, and that for each of two threads, encoded and decoded.
    name: '60 idle jobs with arguments of 3 MB (maxDescriptionBytesPerWorker: 8 MiB)',
    flags: ['--max-description-bytes-per-worker', String(8 * MiB)],
    mostGain: { hub: 300, worker: 180 },
    async fill(url) {
      await using leader = await connect(url);
      const jobs = Array.from({ length: 60 }, (_, at) => {
        const [input, outputs] = [new Subject<number>(), new Subject<number>()];
        input.pipe(remoteMap(lookUp(new Uint8Array(3_000_000).fill(at)), leader)).subscribe(outputs);
        return { at, input, outputs };
      });
      for (let round = 0; round < 3; round += 1) {
        for (const { at, input, outputs } of jobs) {
          const answer = firstValueFrom(outputs);
          input.next(round);
          if ((await answer) !== at) throw new Error(`job ${at} has the arguments of another`);
        }
      }
    },
  },
];

/** How long filling may take. */
const fillLimitMs = 60_000;

/** Until a program has loaded its code. */
const settleMs = 1_000;

/**
 * Fills a hub and a worker with two threads, each a process, and prints the most that they had in memory, as the kernel says.
 *
 * @returns what went wrong; nothing, if all went well
 */
export async function runMemory(): Promise<string[]> {
  if (!canReadMemory) return ['only Linux says what a process has in memory'];
  const problems: string[] = [];
  const rows: string[][] = [];
  for (const hoard of hoards) {
    const gained = await gainedBy(hoard);
    for (const role of ['hub', 'worker'] as const) {
      const [gain, most] = [gained[role], hoard.mostGain[role]];
      rows.push([hoard.name, role, gain.toFixed(0), String(most)]);
      if (gain > most) problems.push(`${hoard.name}: the ${role} gained ${gain.toFixed(0)} MiB, more than ${most}`);
    }
  }
  const headings = ['while there are', 'in', 'gained, MiB', 'at most'];
  console.log(`\n${plainTable({ caption: 'What they had in memory at most, beyond what they had before', headings, rows })}`);
  return problems;
}

async function gainedBy({ name, flags, fill }: Hoard): Promise<{ readonly hub: number; readonly worker: number }> {
  await using cleanup = new Cleanup();
  const hub = cleanup.use(paladin('hub', ['hub', '--port', '0', ...flags]));
  const [url = ''] = /http:\/\/[\d.:]+/u.exec(await hub.printed(/http:/u)) ?? [];
  const worker = cleanup.use(paladin('worker', ['worker', operations, '--hub', url, '--threads', '2']));
  await worker.printed(/^worker ready/u);
  await sleep(settleMs);
  const before = { hub: residentBytes(hub.pid), worker: residentBytes(worker.pid) };
  await within(fillLimitMs, name, fill(url));
  const gain = (program: ChildProgram, bytes: number): number => (peakResidentBytes(program.pid) - bytes) / MiB;
  return { hub: gain(hub, before.hub), worker: gain(worker, before.worker) };
}

const operations = fileURLToPath(new URL('hoarded-operations.js', import.meta.url));

/** A leader that has batches executed, each with so many bytes of results, and reads nothing. */
async function unreadingLeader(url: string, batches: number, bytes: number, random: Random): Promise<FuzzPeer> {
  const tokens = { leader: '', worker: '', observer: '' };
  const leader = await FuzzPeer.connect(Number(new URL(url).port), 'leader', tokens, keyOf(random));
  if (leader === undefined) throw new Error('the hub did not let a leader in');
  leader.connection.raw.stopReading();
  const stages = [{ kind: 'map', operation: swell.name, version: 1 }];
  const description = { stages, serializer: 'msgpack' };
  leader.send(
    { type: 'resume', jobs: [] },
    { type: 'open', job: 0, secret: 's', description, priority: 0, labels: [], slots: 0 },
  );
  const rest = { count: 1, units: 'elements', suspect: false, alone: false, payload: msgpack.encode([bytes]) } as const;
  for (let seq = 0; seq < batches; seq += 1) {
    leader.send({ type: 'batch', job: 0, batch: { ...batchOf(seq, random), first: seq, ...rest } });
  }
  return leader;
}
