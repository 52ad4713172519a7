/**
 * The bare relay: the same three processes passing the same elements over the same socket.io, with no features. Nothing is
 * numbered, queued, leased, measured, sent again or put in order.
 */
import { once } from 'node:events';
import { io, type Socket } from 'socket.io-client';
import * as parser from 'socket.io-msgpack-parser';
import type { Contestant } from '../measuring/contestant.js';
import { throughput } from '../measuring/throughput.js';
import { Cleanup } from '../processes/cleanup.js';
import { nodeProgram, Program } from '../processes/program.js';
import { check, checkCount, floatArrays, numbers, objects, strings, type DataKind } from '../work/data-kinds.js';
import { relayPackr } from './relay-packr.js';

/** What is under way at once. */
interface Load {
  /** Elements in one batch. */
  readonly batch: number;
  /** Batches under way: enough that none of the three processes waits for another. */
  readonly underWay: number;
}

/** The best found by trying batches of up to 256 KiB, 4, 8 and 16 of them under way. */
const loads = new Map<DataKind, Load>([
  [numbers, { batch: 4_096, underWay: 16 }],
  [objects, { batch: 1_024, underWay: 8 }],
  [strings, { batch: 128, underWay: 8 }],
  [floatArrays, { batch: 16, underWay: 16 }],
]);

/** A socket to a relay of three processes, of which this is the leader. */
export class Relay implements AsyncDisposable {
  readonly socket: Socket;
  readonly hub: Program;
  readonly #cleanup: Cleanup;

  private constructor(socket: Socket, hub: Program, cleanup: Cleanup) {
    this.socket = socket;
    this.hub = hub;
    this.#cleanup = cleanup;
  }

  /** @param workers sockets of one process, which take turns */
  static async start(workers = 1): Promise<Relay> {
    const cleanup = new Cleanup();
    const hub = cleanup.use(await Program.start(nodeProgram('bench/programs/relay-hub.js', [], /^listening/u)));
    const url = hub.line.replace('listening on ', '');
    cleanup.use(await Program.start(nodeProgram('bench/programs/relay-worker.js', [url, String(workers)], /^ready/u)));
    const socket = io(`${url}/leader`, { transports: ['websocket'], parser });
    cleanup.defer(() => {
      socket.disconnect();
    });
    await once(socket as unknown as NodeJS.EventEmitter, 'connect');
    return new Relay(socket, hub, cleanup);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cleanup[Symbol.asyncDispose]();
  }
}

/** Batches, several under way: the ceiling. */
export function batchedRelay(kind: DataKind): Contestant<'perSecond'> {
  const load = loads.get(kind);
  if (load === undefined) throw new Error(`no batches are known for ${kind.name}`);
  return throughput(`bare relay, batches of ${load.batch}`, async () => {
    const relay = await Relay.start();
    return {
      pass: (elements) => passBatches(relay.socket, kind, elements, load),
      [Symbol.asyncDispose]: () => relay[Symbol.asyncDispose](),
    };
  });
}

async function passBatches(socket: Socket, kind: DataKind, elements: number, { batch, underWay }: Load): Promise<void> {
  const packr = relayPackr();
  let sent = 0;
  let received = 0;
  const send = (): void => {
    if (sent >= elements) return;
    const values: unknown[] = [];
    for (; values.length < batch && sent < elements; sent += 1) values.push(kind.element(sent));
    socket.emit('batch', packr.pack(values));
  };
  await exchange(socket, underWay, send, (payload) => {
    // What the worker sends back is what was sent to it: an array, packed.
    for (const value of packr.unpack(payload as Buffer) as unknown[]) {
      check(kind, value, received);
      received += 1;
    }
    return received >= elements;
  });
  checkCount(received, elements);
}

/** Elements in messages of their own that are under way: enough that none of the three processes waits for another. */
const elementsUnderWay = 1_000;

/** One element a message. */
export function unbatchedRelay(kind: DataKind): Contestant<'perSecond'> {
  return throughput('bare relay, an element a message', async () => {
    const relay = await Relay.start();
    return {
      pass: (elements) => passElements(relay.socket, kind, elements),
      [Symbol.asyncDispose]: () => relay[Symbol.asyncDispose](),
    };
  });
}

async function passElements(socket: Socket, kind: DataKind, elements: number): Promise<void> {
  let sent = 0;
  let received = 0;
  const send = (): void => {
    if (sent >= elements) return;
    socket.emit('element', kind.element(sent));
    sent += 1;
  };
  await exchange(socket, elementsUnderWay, send, (value) => {
    check(kind, value, received);
    received += 1;
    return received >= elements;
  });
  checkCount(received, elements);
}

/** Sends so many messages, and another for each result until the last has come. */
export async function exchange(
  socket: Socket,
  underWay: number,
  send: () => void,
  take: (result: unknown) => boolean,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onResult = (result: unknown): void => {
      try {
        if (take(result)) {
          socket.off('result', onResult);
          resolve();
        } else send();
      } catch (error) {
        socket.off('result', onResult);
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    socket.on('result', onResult);
    for (let message = 0; message < underWay; message += 1) send();
  });
}
