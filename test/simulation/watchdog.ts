import { writeSync } from 'node:fs';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

/** A run takes a second or so; one that has not ended at the second look does not end. */
const lookEveryMs = 60_000;

/** Where the program writes which seed it runs, and its thread reads it. */
type Board = Float64Array<SharedArrayBuffer>;

/** Tells the watchdog which seed is run now. */
export type Watched = (seed: number) => void;

/**
 * Ends the program when a seed does not end, and tells which one it is: a machine that goes round in circles keeps its thread, so
 * that another one has to look.
 */
export function startWatchdog(): Watched {
  const board: Board = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT));
  new Worker(new URL(import.meta.url), { workerData: board }).unref();
  return (seed) => {
    board[0] = seed;
  };
}

function watch(board: Board): void {
  let seen: number | undefined;
  setInterval(() => {
    if (seen === board[0]) {
      writeSync(2, `seed ${seen} does not end\n  again: npm run sim -- --seed ${seen}\n`);
      process.kill(process.pid, 'SIGKILL');
    }
    seen = board[0];
  }, lookEveryMs);
}

if (!isMainThread && workerData instanceof Float64Array) watch(workerData as Board);
