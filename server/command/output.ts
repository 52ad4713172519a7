/**
 * What a hub or worker writes on its standard output and error: its own lines, its log, and whatever operations print.
 *
 * It may be that nobody reads it, that the reader goes away, or that the disk is full. Nothing of that blocks the program, ends
 * it or fills its memory. Lines are dropped and counted, until there is room for a line that says how many.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { exitFlushMs, maxUnwrittenBytes } from '../limits.js';

/** The two streams of a process, or others in their place. */
export interface Streams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** How many writes came to nothing since it was last told. */
export interface Dropped {
  readonly stdout: number;
  readonly stderr: number;
}

/** Guards both streams for as long as the process lives. */
export class GuardedOutput {
  readonly #streams: Streams;
  #dropped = { stdout: 0, stderr: 0 };
  /** Writes a line that says how many were dropped. */
  #tell: ((dropped: Dropped) => void) | undefined;
  #isTelling = false;

  constructor(streams: Streams = process) {
    this.#streams = streams;
    this.#guard('stdout');
    this.#guard('stderr');
  }

  /** @param tell called when something can be written again after writes came to nothing */
  whenDropped(tell: (dropped: Dropped) => void): void {
    this.#tell = tell;
  }

  /**
   * Resolves when all output has been handed over, or after a moment: a reader that never reads must not keep the program from
   * ending.
   */
  async flushed(): Promise<void> {
    const until = performance.now() + exitFlushMs;
    while (!this.isFlushed && performance.now() < until) await wait(10);
  }

  get isFlushed(): boolean {
    return this.#streams.stdout.writableLength + this.#streams.stderr.writableLength === 0;
  }

  #guard(name: keyof Streams): void {
    const stream = this.#streams[name];
    // Node writes to a terminal in a way that blocks the program while `Ctrl-S` stops the terminal.
    if (stream.isTTY) unblock(stream);
    // Errors end here. After an error, whoever pipes into the stream would give it up, like Node for the output of threads.
    const writeOn = stream._write.bind(stream);
    stream._write = (chunk, encoding, done) => {
      writeOn(chunk, encoding, (error) => {
        this.#written(name, error, 1);
        done();
      });
    };
    const writeManyOn = stream._writev?.bind(stream);
    if (writeManyOn !== undefined) {
      stream._writev = (chunks, done) => {
        writeManyOn(chunks, (error) => {
          this.#written(name, error, chunks.length);
          done();
        });
      };
    }
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
    stream.write = (...args: unknown[]): boolean => {
      const [chunk] = args;
      const size = typeof chunk === 'string' || chunk instanceof Uint8Array ? chunk.length : 0;
      // A write that is larger than the bound by itself goes when nothing else waits.
      if (stream.writableLength === 0 || stream.writableLength + size <= maxUnwrittenBytes) return write(...args);
      this.#dropped[name] += 1;
      const done = args.at(-1);
      if (typeof done === 'function') process.nextTick(done);
      return true;
    };
    // Nobody could do anything about an error that still comes.
    stream.on('error', () => undefined);
  }

  #written(name: keyof Streams, error: Error | null | undefined, count: number): void {
    if (error) this.#dropped[name] += count;
    else if (this.#dropped.stdout + this.#dropped.stderr > 0 && !this.#isTelling) this.#tellLater();
  }

  /** Tells later, and not from within a write. Meanwhile more may be dropped. */
  #tellLater(): void {
    if (this.#tell === undefined) return;
    this.#isTelling = true;
    setImmediate(() => {
      const dropped = this.#dropped;
      this.#dropped = { stdout: 0, stderr: 0 };
      this.#tell?.(dropped);
      this.#isTelling = false;
      // If that line came to nothing, too, nothing was told.
      if (this.#dropped.stderr > 0) this.#dropped = dropped;
    }).unref();
  }
}

/** Lets writes to a terminal wait in memory. */
function unblock(stream: NodeJS.WriteStream): void {
  const handle: unknown = Reflect.get(stream, '_handle');
  const setBlocking: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'setBlocking') : undefined;
  if (typeof setBlocking === 'function') setBlocking.call(handle, false);
}
