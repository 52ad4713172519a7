import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect as connectTcp, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { OverviewWatchers } from '../../server/network/overview-watchers.js';

/** More than sockets and their system keep. */
const lineBytes = 8 * 1024 ** 2;

const server = createServer();
let watchers: OverviewWatchers;
let made: number;
let pauses: number;

beforeEach(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});
afterEach(async () => {
  watchers.close();
  server.removeAllListeners('request');
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
});

/** Serves lines of so many bytes, which are numbered, 20 in a second. */
function serve(bytes: number, unread: number): void {
  made = 0;
  pauses = 0;
  const make = (): { short: Uint8Array; whole: () => Uint8Array } => {
    made += 1;
    const line = Buffer.from(`#${made}#${' '.repeat(bytes)}\n`);
    return { short: line, whole: () => line };
  };
  const pause = (): void => {
    pauses += 1;
  };
  watchers = new OverviewWatchers({ make, pause }, { every: 50, unread, once: 40 });
  server.on('request', (asked: IncomingMessage, response: ServerResponse) => {
    watchers.add(asked, response, asked.url === '/once');
  });
}

/** Asks, and does not read. */
function ask(path: string): Socket {
  const socket = connectTcp((server.address() as AddressInfo).port, '127.0.0.1').pause();
  socket.on('error', () => undefined).write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  return socket;
}

/** The numbers of the lines that a socket reads from now on. */
function numbersRead(socket: Socket): number[] {
  const numbers: number[] = [];
  socket.on('data', (piece: Buffer) => {
    for (const [, number] of piece.toString('latin1').matchAll(/#(\d+)#/gu)) numbers.push(Number(number));
  });
  socket.resume();
  return numbers;
}

it('a watcher that does not read is passed over, and gets what is newest when it reads again', async () => {
  serve(lineBytes, Infinity);
  const socket = ask('/');
  await expect.poll(() => made, { timeout: 20_000 }).toBeGreaterThanOrEqual(4);
  const numbers = numbersRead(socket);
  await expect.poll(() => numbers.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
  expect(numbers[0]).toBe(1);
  expect(numbers[1]).toBeGreaterThan(4);
});

it.each(['/', '/once'])('who has not read a line of %s for long is cut off, and no longer counts', async (path) => {
  serve(lineBytes, 200);
  const since = performance.now();
  ask(path);
  await expect.poll(() => watchers.size).toBe(1);
  await expect.poll(() => watchers.size, { timeout: 10_000 }).toBe(0);
  expect(performance.now() - since).toBeGreaterThanOrEqual(200);
});

it('who asks once may read for as long as others', async () => {
  serve(lineBytes, Infinity);
  const socket = ask('/once');
  await expect.poll(() => made, { timeout: 20_000 }).toBeGreaterThanOrEqual(6);
  const numbers = numbersRead(socket);
  await expect.poll(() => watchers.size, { timeout: 10_000 }).toBe(0);
  expect(numbers).toHaveLength(1);
});

it('makes no line while nobody watches', async () => {
  serve(10, Infinity);
  const socket = ask('/');
  await expect.poll(() => made).toBeGreaterThanOrEqual(2);
  socket.destroy();
  await expect.poll(() => watchers.size).toBe(0);
  const before = made;
  expect(pauses).toBe(1);
  await new Promise((resolve) => {
    setTimeout(resolve, 150);
  });
  expect(made).toBe(before);
});
