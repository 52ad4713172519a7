import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { companyAfterMs, maxSentLater, sentLaterMs } from '../../src/limits.js';
import { Inbox } from '../../src/link/inbox.js';
import { decodeMessages, encodeMessages, type Outgoing } from '../../src/wire/message-codec.js';
import { Outbox, type Outlet } from '../../src/link/outbox.js';
import type { MessagePart } from '../../src/link/packet-parser.js';

vi.mock('../../src/real-time.js', () => import('../support/virtual-time.js'));

/** A socket that keeps what it is given, and hands it to the operating system when told. */
class Socket implements Outlet {
  readonly frames: ({ readonly messages: readonly unknown[] } | { readonly part: MessagePart })[] = [];
  #pending = 0;

  emitMessages(messages: Parameters<Outlet['emitMessages']>[0]): void {
    const bytes = encodeMessages(messages);
    this.#pending += bytes.byteLength;
    this.frames.push({ messages: decodeMessages(bytes) });
  }

  emitPart(part: MessagePart): void {
    this.#pending += part.bytes.byteLength;
    this.frames.push({ part });
  }

  readonly marks: number[] = [];

  emitMark(mark: number): void {
    this.marks.push(mark);
  }

  pendingBytes(): number {
    return this.#pending;
  }

  write(): void {
    this.#pending = 0;
  }

  /** What it was told about what waits. */
  readonly told: (boolean | 'overflowed')[] = [];

  /** How much waited to be read, as it was told; and how much may, before that is much. */
  readonly unreadBytes: number[] = [];
  mayWait = Infinity;

  unread(bytes: number): void {
    this.unreadBytes.push(bytes);
  }

  share(): number {
    return this.mayWait;
  }

  congested(congested: boolean): void {
    this.told.push(congested);
  }

  overflowed(): void {
    this.told.push('overflowed');
  }

  get messages(): unknown[] {
    return this.frames.flatMap((frame) => ('messages' in frame ? frame.messages : []));
  }
}

const numbered = (at: number, bytes: number): object => ({ type: 'x', at, payload: new Uint8Array(bytes) });
const turn = async (): Promise<void> => {
  await vi.advanceTimersByTimeAsync(0);
};

describe('an outbox', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('sends what is sent in one go in one frame, in order', async () => {
    const socket = new Socket();
    const outbox = new Outbox(socket, 10_000);
    for (let at = 0; at < 3; at += 1) outbox.send(numbered(at, 10));
    expect(socket.frames).toEqual([]);
    await Promise.resolve();
    expect(socket.frames).toEqual([{ messages: [numbered(0, 10), numbered(1, 10), numbered(2, 10)] }]);
    outbox.send(numbered(3, 10));
    await Promise.resolve();
    expect(socket.frames).toHaveLength(2);
  });

  it('lets what is sent soon go with the next message, or in the next turn', async () => {
    const socket = new Socket();
    const outbox = new Outbox(socket, 10_000);
    outbox.send(numbered(0, 10), 'soon');
    await Promise.resolve();
    expect(socket.frames).toEqual([]);
    outbox.send(numbered(1, 10));
    await Promise.resolve();
    expect(socket.frames).toEqual([{ messages: [numbered(0, 10), numbered(1, 10)] }]);
    outbox.send(numbered(2, 10), 'soon');
    await turn();
    expect(socket.messages).toHaveLength(3);
  });

  it('lets what is sent later go with others only once it has waited for a while', async () => {
    const socket = new Socket();
    const outbox = new Outbox(socket, 10_000);
    outbox.send(numbered(0, 10), 'later');
    outbox.send(numbered(1, 10));
    await turn();
    await vi.advanceTimersByTimeAsync(companyAfterMs - 1);
    outbox.send(numbered(2, 10));
    await turn();
    expect(socket.messages).toEqual([numbered(1, 10), numbered(2, 10)]);
    // Since the first of them.
    outbox.send(numbered(3, 10), 'later');
    await vi.advanceTimersByTimeAsync(1);
    outbox.send(numbered(4, 10));
    await turn();
    expect(socket.frames.slice(2)).toEqual([{ messages: [0, 3, 4].map((at) => numbered(at, 10)) }]);
  });

  it('sends it alone when it has waited for long, or there is much of it', async () => {
    const socket = new Socket();
    const outbox = new Outbox(socket, 10_000);
    outbox.send(numbered(0, 10), 'later');
    outbox.send(numbered(1, 10), 'later');
    await vi.advanceTimersByTimeAsync(sentLaterMs - 1);
    expect(socket.frames).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(socket.frames).toEqual([{ messages: [numbered(0, 10), numbered(1, 10)] }]);
    for (let at = 0; at < maxSentLater; at += 1) outbox.send(numbered(at, 10), 'later');
    await turn();
    expect(socket.frames).toHaveLength(2);
    expect(socket.messages).toHaveLength(2 + maxSentLater);
    await vi.advanceTimersByTimeAsync(sentLaterMs);
    outbox.send(numbered(0, 10), 'later');
    await vi.advanceTimersByTimeAsync(sentLaterMs);
    expect(socket.frames).toHaveLength(3);
  });

  it('sends it before what is sent soon, when it is told to hurry, and when it is to be empty; not over another connection', async () => {
    const socket = new Socket();
    const outbox = new Outbox(socket, 10_000);
    outbox.send(numbered(0, 10), 'later');
    outbox.send(numbered(1, 10), 'soon');
    await turn();
    outbox.send(numbered(2, 10), 'later');
    outbox.hurry();
    await turn();
    outbox.send(numbered(3, 10), 'later');
    void outbox.flushed();
    expect(socket.messages).toEqual([0, 1, 2, 3].map((at) => numbered(at, 10)));
    outbox.send(numbered(4, 10), 'later');
    outbox.clear();
    expect([outbox.waitingBytes, vi.getTimerCount()]).toEqual([0, 0]);
    outbox.send(numbered(5, 10), 'later');
    await vi.advanceTimersByTimeAsync(sentLaterMs);
    expect(socket.messages.slice(4)).toEqual([numbered(5, 10)]);
  });

  it('has no more on its way than two seconds of a slow link carry, and goes on as marks come back', async () => {
    const socket = new Socket();
    const outbox = new Outbox(socket, 256 * 1024);
    const received = (): number => socket.frames.filter((frame) => 'part' in frame).length;
    outbox.send(numbered(0, 8_000_000));
    for (let round = 0; round < 10; round += 1) {
      await vi.advanceTimersByTimeAsync(10);
      socket.write();
    }
    expect(received()).toBe(8);
    expect(socket.marks).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    outbox.passed(3);
    expect(received()).toBe(11);
    expect(() => {
      outbox.passed(3);
    }).toThrow('a mark that was not set');
    // Another connection begins anew.
    outbox.clear();
    outbox.send(numbered(1, 10));
    await Promise.resolve();
    expect(socket.messages).toEqual([numbered(1, 10)]);
  });

  it('sets no mark for little', async () => {
    const socket = new Socket();
    const outbox = new Outbox(socket, 256 * 1024);
    for (let at = 0; at < 100; at += 1) outbox.send(numbered(at, 1_000));
    await Promise.resolve();
    expect(socket.marks).toEqual([]);
  });

  it('begins another frame where one would be too large', async () => {
    const socket = new Socket();
    const outbox = new Outbox(socket, 1_000);
    for (let at = 0; at < 5; at += 1) outbox.send(numbered(at, 300));
    await Promise.resolve();
    expect(socket.frames.length).toBeGreaterThan(1);
    expect(socket.messages).toEqual([0, 1, 2, 3, 4].map((at) => numbered(at, 300)));
  });

  it('tells when much waits, when it no longer does, and when more waits than may', async () => {
    const socket = new Socket();
    const outbox = new Outbox(socket, 10_000, 400_000);
    // What it lets pile up in the socket, and a quarter of what may wait.
    for (let at = 0; at < 13; at += 1) outbox.send(numbered(at, 9_000));
    await turn();
    expect(socket.told).toEqual([true]);
    while (outbox.waitingBytes > 0) {
      socket.write();
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(socket.told).toEqual([true, false]);
    for (let at = 0; at < 50; at += 1) outbox.send(numbered(at, 9_000));
    expect(socket.told.slice(0, 4)).toEqual([true, false, true, 'overflowed']);
    outbox.clear();
    expect(outbox.waitingBytes).toBe(0);
  });

  it('tells how much could not be sent, with what the socket has not written, until all is', async () => {
    const socket = new Socket();
    const outbox = new Outbox(socket, 10_000, 400_000);
    outbox.send(numbered(0, 1_000));
    await turn();
    expect(socket.unreadBytes).toEqual([]);
    for (let at = 0; at < 8; at += 1) outbox.send(numbered(at, 9_000));
    await turn();
    const [first = 0] = socket.unreadBytes;
    expect(first).toBeGreaterThan(8 * 9_000);
    expect(first).toBeLessThan(8 * 10_000 + 10_000);
    // In parts, all of it is kept until the last of them is sent.
    outbox.send(numbered(9, 100_000));
    while (outbox.waitingBytes > 0) {
      socket.write();
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(socket.unreadBytes.filter((bytes) => bytes > 100_000).length).toBeGreaterThan(1);
    expect(socket.unreadBytes.at(-1)).toBe(0);
    for (let at = 0; at < 8; at += 1) outbox.send(numbered(at, 9_000));
    await turn();
    outbox.clear();
    expect(socket.unreadBytes.at(-1)).toBe(0);
  });

  it('takes less for much where others make much wait, too', async () => {
    const socket = new Socket();
    socket.mayWait = 100_000;
    const outbox = new Outbox(socket, 10_000, 4_000_000);
    for (let at = 0; at < 20; at += 1) outbox.send(numbered(at, 9_000));
    expect(socket.told).toEqual([true]);
    while (outbox.waitingBytes > 0) {
      socket.write();
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(socket.told).toEqual([true, false]);
    // However little that is.
    socket.mayWait = 0;
    for (let at = 0; at < 7; at += 1) outbox.send(numbered(at, 9_000));
    expect(socket.told).toEqual([true, false]);
    outbox.send(numbered(7, 9_000));
    expect(socket.told).toEqual([true, false, true]);
  });

  it('does not keep a large frame for what came in it and cannot be sent', async () => {
    const socket = new Socket();
    const outbox = new Outbox(socket, 10_000);
    const frame = new Uint8Array(50_000);
    const sent: (readonly Outgoing[])[] = [];
    socket.emitMessages = (messages) => sent.push(messages);
    socket.pendingBytes = () => (sent.length === 0 ? 0 : 40_000);
    const result = (seq: number): object => ({
      type: 'result',
      job: 1,
      workerId: 'w',
      result: { seq, attempt: 1, done: 1, failures: [], elapsedMs: 1, payload: frame.subarray(0, 8_000) },
    });
    for (let seq = 0; seq < 3; seq += 1) outbox.send(result(seq));
    await turn();
    socket.pendingBytes = () => 0;
    await vi.advanceTimersByTimeAsync(10);
    const kept = sent.flat().map(({ laid }) => (laid?.type === 'result' ? laid.result.payload.buffer.byteLength : 0));
    // What is sent at once is not copied.
    expect(kept).toEqual([50_000, 8_000, 8_000]);
  });

  it('sends large messages in parts, of which an inbox makes the message again', async () => {
    const socket = new Socket();
    const message = { type: 'x', payload: Uint8Array.from({ length: 5_000 }, (_, at) => at % 256) };
    const outbox = new Outbox(socket, 1_500);
    outbox.send(message);
    await Promise.resolve();
    const inbox = new Inbox(10_000);
    const whole = socket.frames.map((frame) => inbox.add('part' in frame ? frame.part : frame));
    expect(whole).toHaveLength(4);
    expect(whole.slice(0, -1)).toEqual([[], [], []]);
    expect(whole.at(-1)).toEqual([message]);
  });

  it('holds back what would pile up in the socket, in order, until that has written it', async () => {
    const socket = new Socket();
    const outbox = new Outbox(socket, 1_000);
    for (let at = 0; at < 20; at += 1) outbox.send(numbered(at, 900));
    await Promise.resolve();
    const held = socket.messages.length;
    expect(held).toBeLessThan(8);
    await vi.advanceTimersByTimeAsync(100);
    expect(socket.messages).toHaveLength(held);
    let flushed = false;
    const flushing = outbox.flushed().then(() => {
      flushed = true;
    });
    for (let writes = 0; writes < 6; writes += 1) {
      socket.write();
      await vi.advanceTimersByTimeAsync(10);
    }
    await flushing;
    expect(flushed).toBe(true);
    expect(socket.messages).toEqual(Array.from({ length: 20 }, (_, at) => numbered(at, 900)));
  });

  it('is not flushed before the socket has written everything', async () => {
    const socket = new Socket();
    const outbox = new Outbox(socket, 1_000);
    outbox.send(numbered(0, 10));
    let flushed = false;
    const flushing = outbox.flushed().then(() => {
      flushed = true;
    });
    await vi.advanceTimersByTimeAsync(100);
    expect(flushed).toBe(false);
    socket.write();
    await vi.advanceTimersByTimeAsync(10);
    await flushing;
  });

  it('forgets everything with the connection', async () => {
    const socket = new Socket();
    const outbox = new Outbox(socket, 100);
    for (let at = 0; at < 10; at += 1) outbox.send(numbered(at, 900));
    await Promise.resolve();
    const { length } = socket.frames;
    outbox.clear();
    socket.write();
    await outbox.flushed();
    await vi.advanceTimersByTimeAsync(100);
    expect(socket.frames).toHaveLength(length);
  });
});
