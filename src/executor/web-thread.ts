/** A Web Worker as a thread of an executor, seen from the page. */
import { describe } from '../errors/describe.js';
import { PaladinError } from '../errors/paladin-error.js';
import { holds } from '../errors/thrown.js';
import { later, type Later } from '../real-time.js';
import { warn } from '../warn.js';
import { silentWorkerMs, toldDeathMs } from './limits.js';
import { hasStarted, isStarting } from './starting-threads.js';
import type { ThreadDeath, ThreadKind, ThreadLink, ThreadListener } from './thread-link.js';
import { commonNow, Progress, progressBytes } from './thread-progress.js';
import { whySilent } from './web-silence.js';
import { enveloped, fromWebWorker, type FromWebWorker, type ToWebWorker } from './web-messages.js';

/** What is needed of a Web Worker; `Worker` of browsers has it. */
export interface WebWorker {
  /** Sends a message to its script, and gives the buffers away. */
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  /** Ends it at once, whatever it executes. */
  terminate(): void;
  /** Calls the listener with messages of its script, and with errors that nothing in it has caught. */
  addEventListener(type: 'message' | 'error', listener: (event: object) => void): void;
  /** Calls the listener no more. */
  removeEventListener(type: 'message' | 'error', listener: (event: object) => void): void;
}

/** What a function that makes Web Workers is to return. */
const expected = 'worker to return a new Web Worker at each call, such as () => new Worker(url)';

/**
 * Web Workers, each of which has loaded a script that calls `serveOperations`.
 *
 * @param where the caller, for messages
 * @param make makes one; callers in JavaScript may hand in a function that returns anything
 */
export function webWorkers(where: string, make: () => unknown): ThreadKind {
  let isWarned = false;
  const warnOnce = (): void => {
    if (!isWarned) warn(`a Web Worker has said nothing for ${silentWorkerMs / 1_000} s${silence}`);
    isWarned = true;
  };
  return {
    what: 'a Web Worker',
    lateHint: silence,
    start: (_, listener) => {
      const worker = make();
      if (!isWebWorker(worker)) {
        throw new PaladinError('INVALID_INPUT', `${where}: expected ${expected}, got ${describe(worker)}`);
      }
      if (Reflect.get(worker, takenKey) === true) {
        throw new PaladinError('INVALID_INPUT', `${where}: expected ${expected}, got the same one again`);
      }
      Reflect.set(worker, takenKey, true);
      isStarting(worker);
      return new WebThread(worker, listener, warnOnce);
    },
  };
}

const silence = `: ${whySilent}`;

/** What marks a Web Worker that is a thread of some executor. */
const takenKey: symbol = Symbol.for('paladin-rx.taken');

function isWebWorker(value: unknown): value is WebWorker {
  if (typeof value !== 'object' || value === null) return false;
  const names = ['postMessage', 'terminate', 'addEventListener', 'removeEventListener'];
  return holds(() => names.every((name) => typeof Reflect.get(value, name) === 'function'));
}

/** What is read of an event `error`. One for a script that could not be loaded has no message. */
interface ErrorEvent {
  readonly message?: unknown;
  readonly filename?: unknown;
  readonly lineno?: unknown;
  preventDefault?(): void;
}

class WebThread implements ThreadLink {
  readonly progress: Progress = new Progress(new ArrayBuffer(progressBytes));
  readonly #worker: WebWorker;
  readonly #listener: ThreadListener;
  readonly #silence: Later;
  readonly #onMessage = (event: object): void => this.#receive(fromWebWorker(Reflect.get(event, 'data')));
  readonly #onError = (event: ErrorEvent): void => this.#failed(event);
  #isReady = false;
  #dying: Extract<FromWebWorker, { type: 'dying' }> | undefined = undefined;
  /** Until an error is taken for a death, although the worker has said nothing of it. */
  #untold: Later | undefined = undefined;
  /** The stages that are being set up. */
  readonly #creates = new Map<number, () => void>();
  #isOver = false;

  constructor(worker: WebWorker, listener: ThreadListener, silent: () => void) {
    this.#worker = worker;
    this.#listener = listener;
    // Nothing is said to it before it is ready: what comes before its script listens may be lost.
    worker.addEventListener('message', this.#onMessage);
    worker.addEventListener('error', this.#onError);
    this.#silence = later(silent, silentWorkerMs);
    this.#silence.unref();
  }

  mail(): boolean {
    return false;
  }

  post(message: ToWebWorker, transfer: ArrayBuffer[] = []): void {
    if (message.type === 'run') this.progress.isExact = false;
    this.#worker.postMessage(enveloped(message), transfer);
  }

  ref(): void {
    // A page does not end by itself.
  }

  unref(): void {
    // The same.
  }

  terminate(): Promise<void> {
    this.#isOver = true;
    hasStarted(this.#worker);
    this.#silence.cancel();
    this.#untold?.cancel();
    this.#worker.removeEventListener('message', this.#onMessage);
    this.#worker.removeEventListener('error', this.#onError);
    this.#worker.terminate();
    return Promise.resolve();
  }

  close(): Promise<void> {
    return this.terminate();
  }

  #receive(message: ReturnType<typeof fromWebWorker>): void {
    if (message === undefined) return;
    this.#silence.cancel();
    switch (message.type) {
      case 'otherVersion':
        this.#end({ how: 'has loaded another version of paladin-rx than the page: build both with the same one' });
        break;
      case 'timed':
        this.#moveTo(message);
        this.progress.isExact = message.isExact;
        this.progress.deadlineMs = message.leftMs === 0 ? 0 : commonNow() + message.leftMs;
        break;
      case 'creating':
        this.#creates.get(message.stage)?.();
        this.#creates.delete(message.stage);
        if (!message.isOver) this.#creates.set(message.stage, this.progress.beginCreate(message.stage));
        break;
      case 'dying':
        this.#dying = message;
        if (message.ends || this.#untold !== undefined) this.#died(message);
        break;
      case 'exiting':
        this.#moveTo(message);
        this.#end({ how: 'closed itself', executing: message.executing });
        break;
      default:
        if (message.type === 'ready') this.#ready();
        this.#listener.received(message);
    }
  }

  #ready(): void {
    this.#isReady = true;
    hasStarted(this.#worker);
  }

  #moveTo({ offset, stage }: { readonly offset: number; readonly stage: number }): void {
    this.progress.moveTo(offset, stage);
    this.progress.isExact = true;
  }

  /** Nothing in the worker has caught an error, or its script did not load. */
  #failed(event: ErrorEvent): void {
    // It is told by a warning, or by an error of the jobs. It is no error of the page.
    event.preventDefault?.();
    const { message, filename, lineno } = event;
    const isText = typeof message === 'string' && message !== '';
    if (!isText && !this.#isReady) {
      const how = 'could not load its script, or what that imports';
      return this.#end({ how, hint: ': look at the address that is given to new Worker, and at what is answered there' });
    }
    const where = typeof filename === 'string' && filename !== '' ? ` (${filename}:${String(lineno)})` : '';
    const how = `died of an error that nothing caught: ${isText ? message : 'it is not known which'}${where}`;
    if (!this.#isReady) return this.#end({ how });
    if (this.#dying !== undefined) return this.#died(this.#dying);
    // The worker knows more of it, and its message may come after the event.
    this.#untold ??= later(() => {
      this.progress.isExact = false;
      this.#end({ how });
    }, toldDeathMs);
    return undefined;
  }

  #died(dying: Extract<FromWebWorker, { type: 'dying' }>): void {
    const { text, error, executing } = dying;
    if (executing !== 0) this.#moveTo(dying);
    this.#end({ how: `died of an error that nothing caught: ${text}`, error, executing });
  }

  #end(death: ThreadDeath): void {
    if (this.#isOver) return;
    void this.terminate();
    this.#listener.ended(death);
  }
}
