import { randomBytes } from 'node:crypto';
import { RawConnection } from './raw-connection.js';
import { encodeFrame, opcodes, ServerFrameReader, textFrame, type ServerFrame } from './websocket-frame.js';

/** How long the hub may take to answer: long enough for a machine that is busy with other things, too. */
const answerLimitMs = 5_000;

export const websocketPath = '/socket.io/?EIO=4&transport=websocket';

/** A request for a websocket. */
export function upgradeRequest(path: string, more: readonly string[] = []): string {
  const head = ['Host: 127.0.0.1', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
  const key = `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`;
  return [`GET ${path} HTTP/1.1`, ...head, key, ...more, '', ''].join('\r\n');
}

/**
 * A websocket to the hub, through which engine.io's greeting has come. Pings are answered, so that only what is sent else can end
 * it.
 */
export class UpgradedConnection {
  readonly raw: RawConnection;
  /** What engine.io calls its session. */
  session = '';
  readonly #frames: ServerFrame[] = [];
  readonly #waiting = new Set<() => void>();
  #onFrame: ((frame: ServerFrame) => void) | undefined;

  private constructor(raw: RawConnection) {
    this.raw = raw;
  }

  /** Undefined when the hub does not let it in. */
  static async open(port: number): Promise<UpgradedConnection | undefined> {
    const connection = new UpgradedConnection(await RawConnection.open(port));
    connection.#listen();
    connection.raw.write(upgradeRequest(websocketPath));
    const greeting = await connection.next(({ opcode }) => opcode === opcodes.text);
    if (greeting === undefined) {
      connection.raw.close();
      return undefined;
    }
    connection.session = sessionIn(greeting);
    return connection;
  }

  /** A binary message, as engine.io has it. */
  send(packet: Uint8Array): void {
    this.raw.write(encodeFrame({ payload: packet }));
  }

  /** The first frame, among those that came and those to come, that the predicate accepts; undefined when none comes. */
  async next(accepts: (frame: ServerFrame) => boolean): Promise<ServerFrame | undefined> {
    const endMs = performance.now() + answerLimitMs;
    for (;;) {
      const at = this.#frames.findIndex(accepts);
      if (at !== -1) return this.#frames.splice(0, at + 1).at(-1);
      const leftMs = endMs - performance.now();
      if (this.raw.isOver || leftMs <= 0) return undefined;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, leftMs);
        this.#waiting.add(wake);
        // The end of the connection is no frame.
        void this.raw.over.then(wake);
      });
    }
  }

  /** From now on gets each binary frame. */
  onBinary(listener: (packet: Uint8Array) => void): void {
    this.#onFrame = ({ opcode, payload }) => {
      if (opcode === opcodes.binary) listener(payload);
    };
    for (const frame of this.#frames.splice(0)) this.#onFrame(frame);
  }

  #listen(): void {
    const reader = new ServerFrameReader();
    let head: Buffer | undefined = Buffer.alloc(0);
    this.raw.onData((chunk) => {
      let rest = chunk;
      if (head !== undefined) {
        head = Buffer.concat([head, chunk]);
        const end = head.indexOf('\r\n\r\n');
        if (end === -1) return;
        if (!head.toString('latin1').startsWith('HTTP/1.1 101')) {
          this.raw.close();
          return;
        }
        rest = head.subarray(end + 4);
        head = undefined;
      }
      for (const frame of reader.add(rest)) this.#receive(frame);
    });
  }

  #receive(frame: ServerFrame): void {
    // The text '2' is engine.io's ping.
    if (frame.opcode === opcodes.text && frame.payload.byteLength === 1 && frame.payload[0] === 0x32) {
      this.raw.write(textFrame('3'));
      return;
    }
    if (this.#onFrame !== undefined) this.#onFrame(frame);
    else if (this.#frames.length < 100) this.#frames.push(frame);
    for (const wake of this.#waiting) wake();
  }
}

/** The greeting is the packet '0', with JSON. */
function sessionIn({ payload }: ServerFrame): string {
  const { sid } = JSON.parse(Buffer.from(payload).toString().slice(1)) as { readonly sid: string };
  return sid;
}
