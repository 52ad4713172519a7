/** What a thread has instead of `parentPort`, which belongs to the modules that it loads; it says, too, what the thread prints and dies of. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';
import workerThreads, { type MessagePort } from 'node:worker_threads';
import { encodeError } from '../errors/remote-error.js';
import { stackOf } from '../errors/stack-of.js';
import { maxUnwrittenBytes } from './limits.js';
import type { FromThread, Origin, ThreadSetUp } from './thread-messages.js';

/** What the executor has started this thread with. Modules see none of it: they find what they would in any thread. */
export function takeSetUp(): ThreadSetUp {
  // The executor starts its threads with nothing else.
  const setUp = workerThreads.workerData as ThreadSetUp;
  Reflect.set(workerThreads, 'workerData', undefined);
  syncBuiltinESMExports();
  return setUp;
}

/**
 * Sends on what modules write to standard output and error. It takes its turn among the messages, so that a line is out before the result
 * that follows it. By Node's own way all but the first of many lines would wait in the thread, and be lost when it ends.
 */
export class Output {
  readonly #port: MessagePort;
  /** Sent, and not known to be written. */
  #unwritten = 0;
  /** Who wrote beyond the bound, and waits. */
  #waiting: (() => void)[] = [];

  constructor(port: MessagePort) {
    this.#port = port;
    this.#redirect(1, process.stdout);
    this.#redirect(2, process.stderr);
  }

  /** So many bytes have been written. */
  written(bytes: number): void {
    this.#unwritten -= bytes;
    if (this.#unwritten < maxUnwrittenBytes) this.#release();
  }

  /** Sends what waits, since the thread ends. */
  flush(): void {
    this.#unwritten = -Infinity;
    this.#release();
  }

  #redirect(fd: 1 | 2, stream: NodeJS.WriteStream): void {
    stream._writev = (chunks, done) => {
      const text = Buffer.concat(
        chunks.map(({ chunk, encoding }: { chunk: unknown; encoding: BufferEncoding }) =>
          typeof chunk === 'string' ? Buffer.from(chunk, encoding) : (chunk as Uint8Array),
        ),
      );
      // Of another buffer than the one that small ones share.
      const bytes = new Uint8Array(text);
      this.#unwritten += bytes.byteLength;
      const message: FromThread = { type: 'output', fd, bytes };
      this.#port.postMessage(message, [bytes.buffer]);
      if (this.#unwritten < maxUnwrittenBytes) done();
      else this.#waiting.push(done);
    };
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const done of waiting) done();
  }
}

/** Where what goes on in a thread comes from; kept only where a thread has died before, since Node takes time for it with each promise. */
export class Origins {
  readonly #storage: AsyncLocalStorage<Origin> | undefined;

  constructor(isKept: boolean) {
    this.#storage = isKept ? new AsyncLocalStorage() : undefined;
  }

  /** Calls it, and remembers that what it begins comes from there. */
  run<T>(origin: Origin, begin: () => T): T {
    return this.#storage === undefined ? begin() : this.#storage.run(origin, begin);
  }

  /** Where what is going on comes from, as far as it is known. */
  get current(): Origin | undefined {
    return this.#storage?.getStore();
  }
}

/** Tells the executor of what this thread dies, in so far as the thread knows. */
export function tellDeath(post: (message: FromThread) => void, output: Output, origins: Origins): void {
  process.on('uncaughtExceptionMonitor', (thrown: unknown) => {
    const { current } = origins;
    post({
      type: 'dying',
      text: stackOf(thrown),
      error: encodeError(thrown).bytes,
      ...(current !== undefined && { origin: current }),
    });
  });
  process.on('exit', () => {
    const { current } = origins;
    output.flush();
    post({ type: 'exiting', ...(current !== undefined && { origin: current }) });
  });
}
