import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** What a connection has carried, with all headers, as its server sees it. */
export interface SocketBytes {
  readonly received: number;
  readonly sent: number;
}

/** Counts what the connections that this process accepts from now on carry; in the order in which they are made. */
export function countSocketBytes(): () => SocketBytes[] {
  const sockets: Socket[] = [];
  subscribe('net.server.socket', (message) => {
    // So does Node's documentation of this channel.
    sockets.push((message as { readonly socket: Socket }).socket);
  });
  return () => sockets.map(({ bytesRead, bytesWritten }) => ({ received: bytesRead, sent: bytesWritten }));
}
