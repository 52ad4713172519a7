import { setFlagsFromString } from 'node:v8';

/** What makes a process fit to run for months: it outlives whoever reads its output, and its heap has room to grow. */
export function serve(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // The reader has gone, as `head` does; the work goes on.
      if (error.code !== 'EPIPE') throw error;
    });
  }
  // V8 counts buffers as heap, those of frames that have passed through as well, until the next scavenge. They make it collect everything
  // several times a second, though of a heap of 10 MB hardly anything is garbage. So it may grow to four times what was left the last time.
  setFlagsFromString('--heap-growing-percent=300');
}
