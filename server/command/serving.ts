import { setFlagsFromString } from 'node:v8';

/** A process that runs for months outlives whoever reads its output. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // The reader has gone, as `head` does; the work goes on.
      if (error.code !== 'EPIPE') throw error;
    });
  }
}

/**
 * Lets the heap of a hub grow to four times what was left the last time, before everything is collected. V8 counts buffers as heap, those of
 * frames that have passed through as well, until the next scavenge: of a heap of 10 MB of which hardly anything is garbage it would collect
 * everything several times a second.
 */
export function collectLess(): void {
  setFlagsFromString('--heap-growing-percent=300');
}
