/** Decodes each batch, does nothing to its elements, and encodes them again. */
import { pack, unpack } from 'msgpackr';
import { io } from 'socket.io-client';
import * as parser from 'socket.io-msgpack-parser';

const [, , hub = ''] = process.argv;
const socket = io(`${hub}/worker`, { transports: ['websocket'], parser });
socket.on('batch', (payload: Buffer) => {
  // The leader sends arrays.
  const values = (unpack(payload) as unknown[]).map((value) => value);
  socket.emit('result', pack(values));
});
socket.on('connect', () => {
  console.log('ready');
});
