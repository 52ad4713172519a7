import type { Server } from 'node:net';

/** What a connection has carried. */
interface Carried {
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** Counts the bytes of all connections of a server. */
export class Traffic {
  readonly #open = new Set<Carried>();
  #in = 0;
  #out = 0;

  constructor(server: Pick<Server, 'on'>) {
    server.on('connection', (socket) => {
      this.#open.add(socket);
      socket.once('close', () => {
        this.#open.delete(socket);
        this.#in += socket.bytesRead;
        this.#out += socket.bytesWritten;
      });
    });
  }

  /** The time grows with the number of connections. */
  read(): { readonly in: number; readonly out: number } {
    let { in: read, out: written } = { in: this.#in, out: this.#out };
    for (const { bytesRead, bytesWritten } of this.#open) {
      read += bytesRead;
      written += bytesWritten;
    }
    return { in: read, out: written };
  }
}
