/** Passes what a leader sends to the workers, in turn, and their results to the leader. Nothing else: this is the ceiling. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import * as parser from 'socket.io-msgpack-parser';
import { answer } from './answering.js';
import { cpuMs } from './cpu-ms.js';
import { countSocketBytes } from './socket-bytes.js';

const http = createServer();
const io = new Server(http, { transports: ['websocket'], parser, perMessageDeflate: false, maxHttpBufferSize: 1e8 });
const workers: { readonly emit: (event: string, content: unknown) => unknown }[] = [];
let leader: { readonly emit: (event: string, content: unknown) => unknown } | undefined;
let turn = 0;
io.of('/leader').on('connection', (socket) => {
  leader = socket;
  socket.onAny((event: string, content: unknown) => {
    workers[turn % workers.length]?.emit(event, content);
    turn += 1;
  });
});
io.of('/worker').on('connection', (socket) => {
  workers.push(socket);
  socket.on('result', (content: unknown) => {
    leader?.emit('result', content);
  });
});
answer({ cpuMs, bytes: countSocketBytes() });
http.listen(0, '127.0.0.1', () => {
  // A TCP server has an address of this kind.
  console.log(`listening on http://127.0.0.1:${(http.address() as AddressInfo).port}`);
});
