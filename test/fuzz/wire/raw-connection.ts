import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A TCP connection on which anything can be said. */
export class RawConnection {
  readonly #socket: Socket;
  /** Resolves when the connection is no more, whoever ended it. */
  readonly over: Promise<void>;
  #isOver = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    // Whoever is attacked resets connections.
    socket.on('error', () => undefined);
    this.over = new Promise((resolve) => {
      socket.once('close', () => {
        this.#isOver = true;
        resolve();
      });
    });
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const connection = new RawConnection(socket);
    await Promise.race([once(socket, 'connect').catch(() => undefined), connection.over]);
    return connection;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Gets what arrives. Without it, what arrives goes nowhere. */
  onData(listener: (chunk: Buffer) => void): void {
    this.#socket.on('data', listener);
  }

  /** Takes nothing more of what arrives, until it is closed. */
  stopReading(): void {
    this.#socket.pause();
  }

  write(bytes: Uint8Array | string): void {
    if (!this.#isOver) this.#socket.write(bytes);
  }

  /** Ends our half. */
  end(): void {
    if (!this.#isOver) this.#socket.end();
  }

  /** Waits for the hub to close it, then closes it; whether the hub did. */
  async closedByHub(withinMs: number): Promise<boolean> {
    this.#socket.resume();
    const closed = await this.#overWithin(withinMs);
    this.close();
    return closed;
  }

  /** Cuts it off. */
  close(): void {
    this.#socket.destroy();
  }

  async #overWithin(ms: number): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    await Promise.race([
      this.over,
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, ms);
      }),
    ]);
    clearTimeout(timer);
    return this.#isOver;
  }
}
