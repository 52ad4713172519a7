import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import type { WebSocket } from 'ws';
import { describe, expect, it } from 'vitest';
import { beginAtOnce, WebsocketEngine } from '../../server/network/engine.js';

/** An empty frame of a client, masked with zeros. */
const frameOf = { message: [0x82, 0x80, 0, 0, 0, 0], ping: [0x89, 0x80, 0, 0, 0, 0], pong: [0x8a, 0x80, 0, 0, 0, 0] };
type Kind = keyof typeof frameOf;

const kinds: readonly Kind[] = ['message', 'ping', 'pong'];
const frames = 200;

/** Sends frames in one go, and counts in how many turns of the event loop they are handled, and the most in one. */
async function turnsFor(
  kind: Kind,
): Promise<{ readonly handled: number; readonly most: number; readonly inTurnOfArrival: boolean }> {
  const server = new WebsocketEngine({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  // A TCP server has an address of this kind.
  const { port } = server.address() as AddressInfo;
  const client = connect(port, '127.0.0.1');
  const key = 'AAAAAAAAAAAAAAAAAAAAAA==';
  client.write(
    `GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  );
  const [websocket] = (await once(server, 'connection')) as [WebSocket];
  beginAtOnce(websocket);
  let turn = 0;
  let arrivedIn = -1;
  const perTurn = new Map<number, number>();
  const next = (): void => {
    turn += 1;
    if (websocket.readyState === websocket.OPEN) setImmediate(next);
  };
  setImmediate(next);
  const receiver = Reflect.get(websocket, '_socket') as NodeJS.EventEmitter;
  receiver.prependListener('data', () => (arrivedIn = arrivedIn === -1 ? turn : arrivedIn));
  await new Promise<void>((resolve) => {
    let handled = 0;
    websocket.on(kind, () => {
      perTurn.set(turn, (perTurn.get(turn) ?? 0) + 1);
      handled += 1;
      if (handled === frames) resolve();
    });
    client.write(Buffer.from(Array.from({ length: frames }, () => frameOf[kind]).flat()));
  });
  client.destroy();
  server.close();
  const [first] = perTurn.keys();
  const handled = [...perTurn.values()].reduce((sum, count) => sum + count, 0);
  return { handled, most: Math.max(...perTurn.values()), inTurnOfArrival: first === arrivedIn };
}

describe('what a websocket has received in one go', () => {
  it.each(kinds)('is handled a frame a turn, the first one at once: %s', async (kind) => {
    // A turn of the test's own may come between two of the hub's.
    expect(await turnsFor(kind)).toEqual({
      handled: frames,
      most: expect.toSatisfy((most: number) => most <= 2),
      inTurnOfArrival: true,
    });
  });
});
