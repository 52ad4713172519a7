import { createServer } from 'node:http';
import { connect as connectTcp, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { OverviewWatchers } from '../../server/network/overview-watchers.js';

/** More than sockets and their system keep. */
const lineBytes = 16 * 1024 ** 2;

it('a watcher that does not read is passed over, and gets what is newest when it reads again', { timeout: 30_000 }, async () => {
  let made = 0;
  const make = (): { short: Uint8Array; whole: () => Uint8Array } => {
    made += 1;
    const line = Buffer.from(`#${made}#${' '.repeat(lineBytes)}\n`);
    return { short: line, whole: () => line };
  };
  const watchers = new OverviewWatchers({ make, pause: () => undefined });
  const server = createServer((asked, response) => watchers.add(asked, response, false));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  try {
    const socket = connectTcp((server.address() as AddressInfo).port, '127.0.0.1');
    socket.pause().write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await expect.poll(() => made, { timeout: 20_000 }).toBeGreaterThanOrEqual(4);
    const numbers: number[] = [];
    socket.on('data', (piece: Buffer) => {
      for (const [, number] of piece.toString('latin1').matchAll(/#(\d+)#/gu)) numbers.push(Number(number));
    });
    socket.resume();
    await expect.poll(() => numbers.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
    expect(numbers[0]).toBe(1);
    expect(numbers[1]).toBeGreaterThan(4);
    socket.destroy();
    await expect.poll(() => watchers.size, { timeout: 5_000 }).toBe(0);
    const before = made;
    await sleep(1_500);
    // Nobody watches: nothing is made.
    expect(made).toBe(before);
  } finally {
    watchers.close();
    server.close();
    server.closeAllConnections();
  }
});
