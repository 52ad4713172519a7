/** A thread as Node has it: starting and ending it, what passes between it and the executor, and what it prints. */
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort, type ResourceLimits } from 'node:worker_threads';
import { encodeError } from '../errors/remote-error.js';
import { stackOf } from '../errors/stack-of.js';
import { later } from '../real-time.js';
import { exitGraceMs, writtenStepBytes } from './limits.js';
import { mailMark, type FromThread, type Origin, type ThreadSetUp, type ToThread } from './thread-messages.js';

/** What a thread died of. */
export interface ThreadDeath {
  /** How it ended, for example `exited with code 3`. */
  readonly how: string;
  readonly exitCode: number;
  /** The error that nothing caught, as `encodeError` wrote it. */
  readonly error?: Uint8Array;
  /** Where what ended it comes from, as far as it is known. */
  readonly origin?: Origin;
  /** The turn that it was executing, or 0, where it could say so. */
  readonly executing?: number;
}

/** What a thread has to say that is not for this file. */
export type Received = Exclude<FromThread, OwnMessage> | typeof mailMark;

export interface ThreadListener {
  received(message: Received): void;
  /** The thread has ended, and all that it had sent has been received. */
  ended(death: ThreadDeath): void;
}

type OwnMessage = Extract<FromThread, { type: 'output' | 'dying' | 'exiting' }>;

export class RunningThread {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #listener: ThreadListener;
  readonly #ended: Promise<void>;
  #hasEnded = false;
  /** The error that Node says it died of. */
  #uncaught: { readonly thrown: unknown } | undefined = undefined;
  #dying: Extract<FromThread, { type: 'dying' }> | undefined = undefined;
  #exiting: Extract<FromThread, { type: 'exiting' }> | undefined = undefined;
  /** Bytes of output written, which the thread has not been told. */
  #written = 0;

  /** @throws what `new Worker` throws, for example when no further thread can be had */
  constructor(
    setUp: Omit<ThreadSetUp, 'port'>,
    { name, resourceLimits }: { readonly name: string; readonly resourceLimits: ResourceLimits | undefined },
    listener: ThreadListener,
  ) {
    this.#listener = listener;
    const { port1, port2 } = new MessageChannel();
    const workerData: ThreadSetUp = { ...setUp, port: port2 };
    const options = { name, workerData, transferList: [port2], ...(resourceLimits && { resourceLimits }) };
    const entry = new URL('./thread.js', import.meta.url);
    // Without flags of its own it inherits those of the process. Node refuses some of these when they are given for a thread.
    this.#worker = startsFromText()
      ? new Worker(`import(${JSON.stringify(entry.href)})`, { ...options, eval: true })
      : new Worker(entry, options);
    this.#port = port1;
    port1.on('message', (message: FromThread | number) => this.#receive(message));
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

  post(message: ToThread | typeof mailMark, transfer: ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  /** While referred to, it keeps the process alive. */
  ref(): void {
    this.#worker.ref();
  }

  unref(): void {
    this.#worker.unref();
  }

  /** Ends it at once, whatever it does. Resolves when it has ended. */
  async terminate(): Promise<void> {
    if (!this.#hasEnded) void this.#worker.terminate();
    await this.#ended;
  }

  /** Ends it in good order if that is quick, so that modules may write what they have buffered. Else it is ended at once. */
  async close(): Promise<void> {
    this.ref();
    this.post({ type: 'close' });
    const timer = later(() => void this.terminate(), exitGraceMs);
    await this.#ended;
    timer.cancel();
  }

  #receive(message: FromThread | number): void {
    if (typeof message === 'number') {
      this.#listener.received(mailMark);
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

  #write({ fd, bytes }: Extract<FromThread, { type: 'output' }>): void {
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
      this.#receive(next.message as FromThread | number);
    }
    this.#port.close();
    this.#listener.ended(this.#death(exitCode));
  }

  /** The thread tells more of what it dies of than Node hands over; of a lack of memory it cannot tell. */
  #toldByNode(): { readonly text: string; readonly error: Uint8Array } | undefined {
    return this.#uncaught && { text: stackOf(this.#uncaught.thrown), error: encodeError(this.#uncaught.thrown).bytes };
  }

  #death(exitCode: number): ThreadDeath {
    // It did not die of an error that a module handled.
    const dying = this.#dying?.ends === true ? this.#dying : undefined;
    const { origin, executing } = dying ?? this.#exiting ?? {};
    const from = { ...(origin !== undefined && { origin }), ...(executing !== undefined && { executing }) };
    const told = dying ?? this.#toldByNode();
    if (told === undefined) return { how: `exited with code ${exitCode}`, exitCode, ...from };
    const { text, error } = told;
    return { how: `died of an error that nothing caught: ${text}`, exitCode, error, ...from };
  }
}

/**
 * Whether the program was given as text, with a flag that says of what kind it is. Then Node would refuse a thread that begins
 * with a file.
 */
function startsFromText(): boolean {
  const isInputType = (flag: string): boolean => flag.startsWith('--input-type');
  return process.execArgv.some(isInputType) || (process.env['NODE_OPTIONS'] ?? '').split(/\s+/u).some(isInputType);
}
