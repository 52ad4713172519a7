/**
 * The port of a thread. `parentPort` belongs to the modules that the thread loads, so it has another one. The port also tells
 * what the thread prints, and what it dies of.
 */
import { AsyncLocalStorage, AsyncResource, executionAsyncId, triggerAsyncId } from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';
import workerThreads, { type MessagePort } from 'node:worker_threads';
import { encodeError } from '../errors/remote-error.js';
import { stackOf } from '../errors/stack-of.js';
import { isError, readOr } from '../errors/thrown.js';
import { maxHandedCauses, maxThreadUnwrittenBytes } from './limits.js';
import { threadFlag, type FromNodeThread, type ThreadSetUp } from './node-thread-messages.js';
import type { Origin } from './thread-messages.js';

/**
 * Takes what the executor has started this thread with. Modules see nothing of it: they find what they would find in any thread.
 */
export function takeSetUp(): ThreadSetUp {
  // The executor starts its threads with nothing else.
  const setUp = workerThreads.workerData as ThreadSetUp;
  Reflect.set(workerThreads, 'workerData', undefined);
  syncBuiltinESMExports();
  // Processes that modules start would inherit it.
  if (process.execArgv[0] === threadFlag) process.execArgv = [];
  return setUp;
}

/**
 * Sends on what modules write to standard output and error. Output takes its turn among the messages, so that a line is out
 * before the result that follows it. In Node's own way all but the first of many lines would wait in the thread, and be lost when
 * it ends.
 */
export class Output {
  readonly #port: MessagePort;
  /** Sent, and not known to be written. */
  #unwritten = 0;
  /** The callbacks of writers that wrote beyond the bound, and wait. */
  #waiting: (() => void)[] = [];

  constructor(port: MessagePort) {
    this.#port = port;
    this.#redirect(1, process.stdout);
    this.#redirect(2, process.stderr);
  }

  /** So many bytes have been written. */
  written(bytes: number): void {
    this.#unwritten -= bytes;
    if (this.#unwritten < maxThreadUnwrittenBytes) this.#release();
  }

  /** Sends what waits: the thread ends. */
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
      // A copy with a buffer of its own: small ones share a buffer.
      const bytes = new Uint8Array(text);
      this.#unwritten += bytes.byteLength;
      const message: FromNodeThread = { type: 'output', fd, bytes };
      this.#port.postMessage(message, [bytes.buffer]);
      if (this.#unwritten < maxThreadUnwrittenBytes) done();
      else this.#waiting.push(done);
    };
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const done of waiting) done();
  }
}

/**
 * Finds the origin of what goes on in a thread.
 *
 * Node numbers timers, sockets and the like when they are made. Each also has the number of what made it. That costs nothing.
 * What was made before the present batch began is not its doing. Promises have no numbers, unless somebody asks for them. An
 * `AsyncLocalStorage` does, and so it knows the origin of all. Before Node 24 it takes time for each promise. There it is used
 * only where a thread has died before.
 */
export class Origins {
  readonly #storage: AsyncLocalStorage<Origin> | undefined;
  /** The id of the first batch's resource. What the batch makes has higher ids. */
  #firstId = Infinity;
  /** The id of the resource of the present batch, or of the last one. */
  #id = Infinity;
  #resource: AsyncResource | undefined;
  #executing = 0;

  constructor(isWatched: boolean) {
    this.#storage = isWatched || isStorageFree ? new AsyncLocalStorage() : undefined;
  }

  /** Calls what loads the modules. */
  load<T>(begin: () => T): T {
    return this.#storage === undefined ? begin() : this.#storage.run('modules', begin);
  }

  /**
   * Calls the function that begins a batch, within a context of its own. What the batch does to that context concerns no other.
   */
  begin<T>(batchNumber: number, begin: () => T): T {
    // Made by nothing else: its trigger is 0.
    const make = (): AsyncResource => new AsyncResource('paladin-rx', { triggerAsyncId: 0, requireManualDestroy: true });
    this.#resource = this.#storage === undefined ? make() : this.#storage.run(batchNumber, make);
    this.#id = this.#resource.asyncId();
    if (this.#firstId === Infinity) this.#firstId = this.#id;
    this.#executing = batchNumber;
    return this.#resource.runInAsyncScope(begin);
  }

  /** Calls something within the context of the present batch, or the last one. */
  again(call: () => void): void {
    if (this.#resource === undefined) call();
    else this.#resource.runInAsyncScope(call);
  }

  /** The batch has ended. */
  end(): void {
    this.#executing = 0;
  }

  /** The number of the batch that is executing; 0: none. */
  get executing(): number {
    return this.#executing;
  }

  /**
   * The origin of what is going on; undefined where nobody can tell, but where it is most likely what is executing.
   *
   * @param isRejection whether it is the rejection of a promise that nothing handles
   */
  current(isRejection: boolean): Origin | undefined {
    const known = this.#storage?.getStore();
    if (known !== undefined) return known;
    for (const id of [executionAsyncId(), triggerAsyncId()]) {
      // Numbers from 2 on are those of things that were begun.
      if (id > 1 && id < this.#firstId) return 'modules';
      if (id > 1 && id < this.#id) return 'before';
    }
    return isRejection && this.#storage === undefined ? 'untold' : undefined;
  }
}

/** Since Node 24 contexts travel along with promises anyway. */
const isStorageFree = Number.parseInt(process.versions.node, 10) >= 24;

/** Tells the executor what this thread dies of, as far as the thread knows. */
export function tellDeath(post: (message: FromNodeThread) => void, output: Output, origins: Origins): void {
  let dying: Origin | undefined;
  const ending = (origin = origins.current(false)): { executing: number; origin?: Origin } => ({
    executing: origins.executing,
    ...(origin !== undefined && { origin }),
  });
  // Modules may replace it.
  const exit = process.exit.bind(process);
  const rejections = new Rejections();
  process.on('uncaughtExceptionMonitor', (uncaught: unknown, kind: string) => {
    const isRejection = kind === 'unhandledRejection';
    const from = origins.current(isRejection);
    const thrown = isRejection ? rejections.reasonOf(uncaught) : uncaught;
    // A domain sets a callback like this, too.
    const ends = process.listenerCount('uncaughtException') === 0 && !process.hasUncaughtExceptionCaptureCallback();
    if (ends) dying = from;
    post({ type: 'dying', text: stackOf(thrown), error: encodeError(thrown).bytes, ends, ...ending(from) });
    // Node hands the error over before it ends the thread. With so many causes it would never finish.
    if (ends && hasManyCauses(thrown)) exit(1);
  });
  process.on('exit', () => {
    output.flush();
    post({ type: 'exiting', ...ending(dying) });
  });
}

/**
 * Remembers what promises were rejected with. Node reports a rejection that nothing handles by an error of its own, where the
 * reason is no error. Nothing of the reason is in that error. So the reason is kept when Node asks whether somebody handles the
 * promise. A listener would count as somebody.
 */
class Rejections {
  #last: unknown;

  constructor() {
    const emit = process.emit.bind(process) as (...told: unknown[]) => boolean;
    process.emit = ((...told: unknown[]): boolean => {
      if (told[0] === 'unhandledRejection') [, this.#last] = told;
      return emit(...told);
    }) as typeof process.emit;
  }

  /** The reason of the rejection that Node reports by this error. */
  reasonOf(uncaught: unknown): unknown {
    const isMade = isError(uncaught) && readOr(uncaught, 'code') === 'ERR_UNHANDLED_REJECTION';
    return isMade && this.#last !== undefined && this.#last !== null ? this.#last : uncaught;
  }
}

/** Whether its chain of causes is long, or cyclic. */
function hasManyCauses(thrown: unknown): boolean {
  let error = thrown;
  for (let causes = 0; causes <= maxHandedCauses; causes += 1) {
    if (!isError(error)) return false;
    error = readOr(error, 'cause');
  }
  return true;
}
