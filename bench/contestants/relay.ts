import { Cleanup } from '../cleanup.js';
import { pack, unpack } from 'msgpackr';
import { io } from 'socket.io-client';
import * as parser from 'socket.io-msgpack-parser';
import { Program } from '../processes.js';
import { rateOf, type Contestant } from '../measure.js';

/** Elements in one batch. */
const batchSize = 2_048;
/** Batches under way: enough that none of the three processes waits for another. */
const underWay = 8;

/** The ceiling: the same three processes passing batches of numbers over the same socket.io, with no features. */
export function relay(elements: number): Contestant {
  return {
    name: `bare relay, batches of ${batchSize}`,
    start: async () => {
      const cleanup = new Cleanup();
      const hub = await Program.start('bench/programs/relay-hub.js', [], /^listening/u);
      cleanup.use(hub.program);
      const url = hub.line.replace('listening on ', '');
      cleanup.use((await Program.start('bench/programs/relay-worker.js', [url], /^ready/u)).program);
      const socket = io(`${url}/leader`, { transports: ['websocket'], parser });
      cleanup.defer(() => {
        socket.disconnect();
      });
      await new Promise<void>((resolve) => {
        socket.once('connect', resolve);
      });
      return {
        run: () => rateOf(elements, () => passAll(socket, elements)),
        [Symbol.asyncDispose]: () => cleanup[Symbol.asyncDispose](),
      };
    },
  };
}

async function passAll(socket: ReturnType<typeof io>, elements: number): Promise<void> {
  let sent = 0;
  let received = 0;
  const send = (): void => {
    if (sent >= elements) return;
    const batch: number[] = [];
    for (; batch.length < batchSize && sent < elements; sent += 1) batch.push(sent);
    socket.emit('batch', pack(batch));
  };
  await new Promise<void>((resolve, reject) => {
    socket.on('result', (payload: Buffer) => {
      // What the worker sends back is what was sent to it: an array of numbers.
      for (const value of unpack(payload) as number[]) {
        if (value !== received) reject(new Error(`expected ${received}, got ${value}`));
        received += 1;
      }
      if (received === elements) resolve();
      else send();
    });
    for (let batch = 0; batch < underWay; batch += 1) send();
  });
  socket.off('result');
}
