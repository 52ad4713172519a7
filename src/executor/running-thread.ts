/** A thread as Node has it: starting and ending it, what passes between it and the executor, and what it prints. */
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort, type ResourceLimits } from 'node:worker_threads';
import { encodeError } from '../errors/remote-error.js';
import { stackOf } from '../errors/stack-of.js';
import { isError, readOr } from '../errors/thrown.js';
import { later } from '../real-time.js';
import { exitGraceMs, writtenStepBytes } from './limits.js';
import { Mailbox } from './mailbox.js';
import { mailMark, threadFlag, type FromNodeThread, type ThreadSetUp, type ToNodeThread } from './node-thread-messages.js';
import type { ThreadDeath, ThreadKind, ThreadLink, ThreadListener, ThreadStart } from './thread-link.js';
import type { KnownRun } from './thread-messages.js';
import { keepExternal, threadProgram } from './thread-program.js';
import { Progress, progressBytes } from './thread-progress.js';

/** What the threads of one executor are started with. */
export interface NodeThreadOptions {
  /** URLs of the modules to load. */
  readonly modules: readonly string[];
  readonly resourceLimits: ResourceLimits | undefined;
  /** Whether they tell how much memory they take. */
  readonly measured: boolean;
}

/** Threads of Node that load these modules. */
export function nodeThreads(options: NodeThreadOptions): ThreadKind {
  return {
    what: `a thread with ${options.modules.join(', ')}`,
    lateHint: '',
    start: (start, listener) => new RunningThread(start, options, listener),
  };
}

class RunningThread implements ThreadLink {
  readonly #memory = new SharedArrayBuffer(progressBytes);
  readonly progress: Progress = new Progress(this.#memory);
  readonly #toThread = new Mailbox();
  readonly #fromThread = new Mailbox();
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #listener: ThreadListener;
  readonly #ended: Promise<void>;
  /** The most memory that its objects may take, in megabytes; undefined: as much as Node allows. */
  readonly #memoryMb: number | undefined;
  #hasEnded = false;
  /** The error that Node says it died of. */
  #uncaught: { readonly thrown: unknown } | undefined = undefined;
  #dying: Extract<FromNodeThread, { type: 'dying' }> | undefined = undefined;
  #exiting: Extract<FromNodeThread, { type: 'exiting' }> | undefined = undefined;
  /** Bytes of output written, which the thread has not been told. */
  #written = 0;

  /** @throws what `new Worker` throws, for example when no further thread can be had */
  constructor(
    { name, watched }: ThreadStart,
    { modules, resourceLimits, measured }: NodeThreadOptions,
    listener: ThreadListener,
  ) {
    this.#listener = listener;
    this.#memoryMb = resourceLimits?.maxOldGenerationSizeMb;
    const { port1, port2 } = new MessageChannel();
    const workerData: ThreadSetUp = {
      modules,
      watched,
      measured,
      progress: this.#memory,
      toThread: this.#toThread.memory,
      fromThread: this.#fromThread.memory,
      port: port2,
    };
    const options = { name, workerData, transferList: [port2], ...(resourceLimits && { resourceLimits }), ...ownFlags() };
    const entry = threadProgram();
    this.#worker = startsFromText()
      ? new Worker(`import(${JSON.stringify(entry.href)})`, { ...options, eval: true })
      : new Worker(entry, options);
    this.#port = port1;
    port1.on('message', (message: FromNodeThread) => this.#receive(message));
    // Only the worker keeps the process alive, for as long as it should.
    port1.unref();
    this.#worker.on('error', (thrown: unknown) => {
      this.#uncaught = { thrown };
    });
    this.#ended = new Promise((resolve) => {
      this.#worker.on('exit', (exitCode) => {
        this.#exited(exitCode);
        resolve();
      });
    });
  }

  mail(run: KnownRun): boolean {
    if (!this.#toThread.putRun(run)) return false;
    this.post(mailMark);
    return true;
  }

  post(message: ToNodeThread, transfer: ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  ref(): void {
    this.#worker.ref();
  }

  unref(): void {
    this.#worker.unref();
  }

  async terminate(): Promise<void> {
    if (!this.#hasEnded) void this.#worker.terminate();
    await this.#ended;
  }

  async close(): Promise<void> {
    this.ref();
    this.post({ type: 'close' });
    const timer = later(() => void this.terminate(), exitGraceMs);
    await this.#ended;
    timer.cancel();
  }

  #receive(message: FromNodeThread): void {
    if (typeof message === 'number') {
      const { batchNumber, result } = this.#fromThread.takeResult();
      this.#listener.received({ type: 'ended', batchNumber, outcome: { type: 'result', result }, stuck: false });
      return;
    }
    switch (message.type) {
      case 'output':
        this.#write(message);
        break;
      case 'dying':
        this.#dying = message;
        break;
      case 'exiting':
        this.#exiting = message;
        break;
      default:
        this.#listener.received(message);
    }
  }

  #write({ fd, bytes }: Extract<FromNodeThread, { type: 'output' }>): void {
    const stream = fd === 1 ? process.stdout : process.stderr;
    stream.write(bytes, () => {
      this.#written += bytes.byteLength;
      if (this.#hasEnded || this.#written < writtenStepBytes) return;
      this.post({ type: 'written', bytes: this.#written });
      this.#written = 0;
    });
  }

  #exited(exitCode: number): void {
    this.#hasEnded = true;
    // Nothing orders the end after what is still on its way.
    for (let next = receiveMessageOnPort(this.#port); next !== undefined; next = receiveMessageOnPort(this.#port)) {
      // Only the thread posts to this port.
      this.#receive(next.message as FromNodeThread);
    }
    this.#port.close();
    this.#listener.ended(this.#death(exitCode));
  }

  /** The thread tells more of what it dies of than Node hands over; of a lack of memory it cannot tell. */
  #toldByNode(): { readonly text: string; readonly error: Uint8Array } | undefined {
    return this.#uncaught && { text: stackOf(this.#uncaught.thrown), error: encodeError(this.#uncaught.thrown).bytes };
  }

  get #isOutOfMemory(): boolean {
    const { thrown } = this.#uncaught ?? {};
    return this.#dying?.ends !== true && isError(thrown) && readOr(thrown, 'code') === 'ERR_WORKER_OUT_OF_MEMORY';
  }

  #death(exitCode: number): ThreadDeath {
    // It did not die of an error that a module handled.
    const dying = this.#dying?.ends === true ? this.#dying : undefined;
    const { origin, executing } = dying ?? this.#exiting ?? {};
    const from = { ...(origin !== undefined && { origin }), ...(executing !== undefined && { executing }) };
    const told = dying ?? this.#toldByNode();
    if (told === undefined) {
      const hint = exitCode === unsettledAwait ? ' (a module awaits at its top level what never comes)' : '';
      return { how: `exited with code ${exitCode}`, hint, ...from };
    }
    const { text, error } = told;
    if (this.#isOutOfMemory) return { how: `ran out of memory: its objects took ${mostMemory(this.#memoryMb)}`, error, ...from };
    // Of the modules, a thread says itself what they miss.
    const hint = /Cannot find (?:module|package)/u.test(text) ? ` (${keepExternal})` : '';
    return { how: `died of an error that nothing caught: ${text}`, hint, error, ...from };
  }
}

/** What the objects of a thread took that ran out of memory, for people: more than a limit, and which. */
function mostMemory(memoryMb: number | undefined): string {
  // The process goes by its flag alone.
  const flags = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ');
  const [flag] = /--max[-_]old[-_]space[-_]size[= ]\d+/u.exec(flags) ?? [];
  if (flag !== undefined) return `more than the process allows (${flag})`;
  return memoryMb === undefined
    ? 'more than Node allows a thread; threadMemoryMb (--thread-memory-mb) sets how much'
    : `more than ${memoryMb} MB (threadMemoryMb)`;
}

/** The exit code of a module whose top-level await never settles. */
const unsettledAwait = 13;

/**
 * The flag is given where Node can load ES modules at once, as `index.thread.ts` does. Without flags of its own a thread inherits
 * those of the process. Node refuses some of these when they are given for a thread, and some bring loaders that load modules
 * otherwise. So where the process has flags, the thread has no other.
 */
const ownFlags = (): { readonly execArgv?: string[] } =>
  requiresModules && process.execArgv.length === 0 && (process.env['NODE_OPTIONS'] ?? '') === ''
    ? { execArgv: [threadFlag] }
    : {};

/** Types of older versions of Node do not know this. */
const requiresModules = (process.features as { readonly require_module?: boolean }).require_module === true;

/**
 * Whether the program was given as text, with a flag that says of what kind it is. Then Node would refuse a thread that begins
 * with a file.
 */
function startsFromText(): boolean {
  const isInputType = (flag: string): boolean => flag.startsWith('--input-type');
  return process.execArgv.some(isInputType) || (process.env['NODE_OPTIONS'] ?? '').split(/\s+/u).some(isInputType);
}
