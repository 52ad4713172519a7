import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { answerOnly, OnlyRequest } from '../../src/http/one-request.js';
import { listen } from '../../src/http/listen.js';

/** More than fits into what the operating system keeps of a connection. */
const large = Buffer.alloc(64 * 1024 * 1024);

it.each([
  ['that does not read its answer', large],
  ['that gets no answer', undefined],
])('a request %s is cut off in time', async (_, body) => {
  const server = createServer({ IncomingMessage: OnlyRequest });
  const closed = new Promise<void>((resolve) => {
    server.on('upgrade', (request: OnlyRequest) => {
      request.socket.once('close', () => resolve());
      answerOnly(request, (response) => body && response.end(body), 200);
    });
  });
  const port = await listen(server, 0, '127.0.0.1', 'the test');
  const client: Socket = connect(port, '127.0.0.1');
  client.on('error', () => undefined);
  client.pause();
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await closed;
  client.destroy();
  server.close();
  await once(server, 'close');
  expect(client.bytesRead).toBeLessThan(large.byteLength);
});
