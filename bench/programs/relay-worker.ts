/**
 * Decodes each batch, does nothing to its elements, and encodes them again; single elements it sends back as they are, by way of
 * a thread or not.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { io } from 'socket.io-client';
import * as parser from 'socket.io-msgpack-parser';
import { relayPackr } from '../contestants/relay-packr.js';
import { answer } from './answering.js';

const [, , hub = '', count = '1'] = process.argv;
const packr = relayPackr();

async function startOne(): Promise<void> {
  const socket = io(`${hub}/worker`, { transports: ['websocket'], parser, forceNew: true });
  socket.on('batch', (payload: Buffer) => {
    // The leader sends arrays.
    const values = (packr.unpack(payload) as unknown[]).map((value) => value);
    socket.emit('result', packr.pack(values));
  });
  socket.on('element', (value: unknown) => {
    socket.emit('result', value);
  });
  const thread = new Worker(new URL('relay-thread.js', import.meta.url));
  thread.on('message', (value: unknown) => {
    socket.emit('result', value);
  });
  socket.on('elementForThread', (value: unknown) => {
    thread.postMessage(value);
  });
  /** As the map and fold of the benchmark `fold`: doubles each number, and sends their sum back. */
  socket.on('numbers', (payload: Buffer) => {
    // The leader sends numbers.
    const doubled = (packr.unpack(payload) as number[]).map((value) => 2 * value);
    socket.emit(
      'result',
      doubled.reduce((a, b) => a + b, 0),
    );
  });
  // A socket is an emitter, though not by its type.
  await once(socket as unknown as NodeJS.EventEmitter, 'connect');
}

for (let worker = 0; worker < Number(count); worker += 1) await startOne();
// It ends with the bench.
answer({});
console.log('ready');
