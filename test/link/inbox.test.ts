import { describe, expect, it, vi } from 'vitest';
import { Inbox } from '../../src/link/inbox.js';
import { decodeMessages, encodeMessages, outgoing } from '../../src/wire/message-codec.js';
import { Outbox } from '../../src/link/outbox.js';
import { messagesFrame, packetParser } from '../../src/link/packet-parser.js';

vi.mock('../../src/real-time.js', () => import('../support/virtual-time.js'));

const numbered = (at: number, bytes: number): object => ({ type: 'x', at, payload: new Uint8Array(bytes) });

describe('an inbox', () => {
  it('refuses messages that are too large in all, and what is not a part', () => {
    const inbox = new Inbox(10);
    inbox.add({ bytes: new Uint8Array(6), last: false });
    expect(() => inbox.add({ bytes: new Uint8Array(6), last: false })).toThrow('a message of more than 10 bytes');
    for (const content of [null, 'x', {}, { bytes: [1], last: true }, { bytes: new Uint8Array(1) }]) {
      expect(() => new Inbox(10).add(content)).toThrow('expected a part of a message');
    }
  });

  it('refuses small parts where they can but be the last', () => {
    const inbox = new Inbox(10_000, Infinity, 100);
    inbox.add({ bytes: new Uint8Array(100), last: false });
    expect(() => inbox.add({ bytes: new Uint8Array(99), last: false })).toThrow('a part of less than 100 bytes');
  });

  it('refuses several messages in parts, which could as well be many', () => {
    const bytes = encodeMessages([numbered(0, 10), numbered(1, 10)].map(outgoing));
    expect(() => new Inbox(10_000).add({ bytes, last: true })).toThrow('more than one message');
  });

  it('uses the memory of frames again once they are written, and not before', async () => {
    const sent: Uint8Array[] = [];
    let pending = 0;
    const outbox = new Outbox(
      {
        emitMessages: (messages, memory) => {
          const frame = messagesFrame('/worker', messages, memory);
          sent.push(frame);
          pending += frame.byteLength;
        },
        emitPart: () => undefined,
        emitMark: () => undefined,
        pendingBytes: () => pending,
      },
      256 * 1024,
    );
    const send = async (at: number): Promise<void> => {
      outbox.send({ type: 'x', at, payload: new Uint8Array(10_000).fill(at) });
      await Promise.resolve();
    };
    const read = (frame: Uint8Array | undefined): unknown => {
      const decoder = new packetParser.Decoder();
      const packets: unknown[] = [];
      decoder.on('decoded', ({ data }) => {
        const [event, content] = data as [string, unknown];
        const [{ at, payload }] = decodeMessages(content) as [{ at: number; payload: Uint8Array }];
        // `toEqual` takes some 40 ms for each payload.
        packets.push([event, at, payload.byteLength, payload.every((byte) => byte === at)]);
      });
      decoder.add(frame);
      return packets[0];
    };
    const packetOf = (at: number): unknown => ['messages', at, 10_000, true];

    // The socket is slow: far more frames wait than fit into one piece of memory.
    for (let at = 0; at < 90; at += 1) await send(at);
    sent.forEach((frame, at) => {
      expect(read(frame)).toEqual(packetOf(at));
    });
    // It has caught up, and writes at once from then on.
    const places = new Set<string>();
    const memory = new Set<ArrayBufferLike>();
    for (let at = 90; at < 120; at += 1) {
      pending = 0;
      await send(at);
      expect(read(sent.at(-1))).toEqual(packetOf(at));
      places.add(String(sent.at(-1)?.byteOffset));
      memory.add(sent.at(-1)?.buffer ?? new ArrayBuffer(0));
    }
    expect([places.size, memory.size]).toEqual([1, 1]);
    // With a new connection begins new memory: nobody knows what the old one still holds.
    const last = sent.at(-1);
    pending = 0;
    outbox.clear();
    await send(7);
    expect(read(last)).toEqual(packetOf(119));
    expect(read(sent.at(-1))).toEqual(packetOf(7));
  });
});
