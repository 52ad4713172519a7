/** Decodes each batch, does nothing to its elements, and encodes them again; single elements it sends back as they are. */
import { io } from 'socket.io-client';
import * as parser from 'socket.io-msgpack-parser';
import { relayPackr } from '../contestants/relay-packr.js';

const [, , hub = ''] = process.argv;
const packr = relayPackr();
const socket = io(`${hub}/worker`, { transports: ['websocket'], parser });
socket.on('batch', (payload: Buffer) => {
  // The leader sends arrays.
  const values = (packr.unpack(payload) as unknown[]).map((value) => value);
  socket.emit('result', packr.pack(values));
});
socket.on('element', (value: unknown) => {
  socket.emit('result', value);
});
/** As the map and fold of the benchmark `fold`: doubles each number, and sends their sum back. */
socket.on('numbers', (payload: Buffer) => {
  const doubled = (packr.unpack(payload) as number[]).map((value) => 2 * value);
  socket.emit(
    'result',
    doubled.reduce((a, b) => a + b, 0),
  );
});
socket.on('connect', () => {
  console.log('ready');
});
