/** Passes batches from a leader to a worker, and results back. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import * as parser from 'socket.io-msgpack-parser';

const http = createServer();
const io = new Server(http, { transports: ['websocket'], parser, perMessageDeflate: false, maxHttpBufferSize: 1e8 });
const leaders = io.of('/leader');
const workers = io.of('/worker');
leaders.on('connection', (leader) => {
  leader.on('batch', (payload: Buffer) => {
    for (const worker of workers.sockets.values()) worker.emit('batch', payload);
  });
});
workers.on('connection', (worker) => {
  worker.on('result', (payload: Buffer) => {
    for (const leader of leaders.sockets.values()) leader.emit('result', payload);
  });
});
http.listen(0, '127.0.0.1', () => {
  // A TCP server has an address of this kind.
  console.log(`listening on http://127.0.0.1:${(http.address() as AddressInfo).port}`);
});
