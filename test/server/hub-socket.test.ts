import { EventEmitter } from 'node:events';
import type { Socket } from 'socket.io';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HubSocket } from '../../server/network/hub-socket.js';
import { Turns } from '../../server/network/intake.js';
import { Holdings } from '../../server/network/holdings.js';
import { encodeMessages, outgoing } from '../../src/wire/message-codec.js';
import { packetParser } from '../../src/link/packet-parser.js';

vi.mock('../../src/real-time.js', () => import('../support/virtual-time.js'));

const partsWithinMs = 1_000;
let now = 0;

beforeEach(() => {
  now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A peer at a hub that takes 3 ms for each message, and so one in a turn; what comes of the peer is emitted here. */
function slowlyServed(): { readonly from: EventEmitter; readonly peer: HubSocket<object, unknown> } {
  const from = new EventEmitter();
  const conn = { transport: {}, writeBuffer: [], close: () => undefined };
  // All that it uses of a socket.
  const client = { decoder: new packetParser.Decoder() };
  const socket = Object.assign(from, { conn, client, connected: true, onAny: () => undefined }) as unknown as Socket;
  const slow = (message: unknown): unknown => {
    now += 3;
    return message;
  };
  const peer = new HubSocket<object, unknown>(
    socket,
    '127.0.0.1',
    slow,
    { maxMessageBytes: 2 ** 25, partsWithinMs, maxUnreadBytes: 2 ** 25, maxJsonBytes: 1_000 },
    { turns: new Turns(), unfinished: new Holdings(2 ** 25, () => undefined), unread: new Holdings(2 ** 25, () => undefined) },
  );
  peer.attach({ received: () => undefined, congested: () => undefined, left: () => undefined, expelled: () => undefined });
  return { from, peer };
}

describe('a message in parts', () => {
  it('is given its time while what came before waits for the hub, and is due once nothing does', async () => {
    const { from, peer } = slowlyServed();
    from.emit('part', { bytes: new Uint8Array(100_000), last: false });
    from.emit('messages', encodeMessages([{ type: 'a' }, { type: 'b' }].map(outgoing)));
    vi.advanceTimersByTime(partsWithinMs);
    expect(peer.expelled).toBeUndefined();
    // The second message, and then the end of them.
    for (let turn = 1; turn <= 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    vi.advanceTimersByTime(partsWithinMs - 1);
    expect(peer.expelled).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(peer.expelled).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });
});
