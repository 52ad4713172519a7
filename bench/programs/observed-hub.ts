/** A hub, as `paladin hub` starts one, that can be asked what it has used. */
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { startHub } from 'paladin-rx/server';
import { answer } from './answering.js';

/** Its connections, in the order in which they were made. */
const sockets: Socket[] = [];
subscribe('net.server.socket', (message) => {
  // So does Node's documentation of this channel.
  sockets.push((message as { readonly socket: Socket }).socket);
});

const hub = await startHub({ port: 0 });
answer({
  cpuMs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
  /** What each connection has carried, either way, with all headers. */
  bytes: () => sockets.map(({ bytesRead, bytesWritten }) => ({ received: bytesRead, sent: bytesWritten })),
});
console.log(`hub listening on ${hub.url}`);
