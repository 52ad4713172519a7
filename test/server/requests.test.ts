import { readFileSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { startHub } from 'paladin-rx/server';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

/** Nothing here is to end since its time is over. */
const patient = { port: 0, authenticateWithinMs: 600_000 };

const websocketPath = '/socket.io/?EIO=4&transport=websocket';
const health = 'GET /healthz HTTP/1.1\r\nHost: hub\r\n\r\n';
const unknown = 'GET /anything HTTP/1.1\r\nHost: hub\r\n\r\n';
const upgradeTo = (path: string): string =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: hub',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    '\r\n',
  ].join('\r\n');
/** A POST at the path, with headers and a body. */
const post = (path: string, headers: readonly string[], body: string): string =>
  [`POST ${path} HTTP/1.1`, 'Host: hub', ...headers, '', body].join('\r\n');
const chunked = (body: string): string => post('/anything', ['Transfer-Encoding: chunked'], body);
const fixture = (name: string): Buffer => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));

describe('of a connection', () => {
  it.each([
    ['requests in a row', health.repeat(2_000), '200'],
    [
      'requests in a row, as HTTP/1.0 keeps alive',
      'GET /anything HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'.repeat(2_000),
      '404',
    ],
    ['a request behind a body', post('/anything', ['Content-Length: 4'], `body${unknown}`), '404'],
    ['a request as a body', `GET /healthz HTTP/1.1\r\nHost: hub\r\nContent-Length: ${health.length}\r\n\r\n${health}`, '200'],
    ['a request behind one to upgrade elsewhere', upgradeTo('/healthz') + health, '200'],
    ['two lengths', post('/healthz', ['Content-Length: 4', 'Content-Length: 5'], `body${health}`), '400'],
    ['a length and chunks', post('/healthz', ['Content-Length: 4', 'Transfer-Encoding: chunked'], `0\r\n\r\n${health}`), '400'],
    ['a folded header', post('/healthz', ['Transfer-Encoding:', ' chunked'], `0\r\n\r\n${health}`), '400'],
    ['bare line feeds', health.replaceAll('\r', ''), '400'],
    ['chunks with extensions', chunked(`4;a=b;c="d"\r\nbody\r\n0\r\n\r\n${unknown}`), '404'],
    ['a huge chunk', chunked('ffffffffffffffff\r\nbody'), '404'],
    ['a body that is waited for', post('/healthz', ['Content-Length: 4', 'Expect: 100-continue'], ''), '405'],
  ])('one request is answered, and then it ends: %s', async (_, text, status) => {
    await using hub = await startHub(patient);
    const answers = await exchange(connectTcp(hub.port, '127.0.0.1'), text);
    expect(statusesIn(answers)).toEqual([status]);
    expect(answers).toMatch(/^connection: close\r$/imu);
  });

  it('one request is answered over TLS, too', async () => {
    await using hub = await startHub({ ...patient, tls: { cert: fixture('tls-cert.pem'), key: fixture('tls-key.pem') } });
    const socket = connectTls({ port: hub.port, host: '127.0.0.1', rejectUnauthorized: false });
    expect(statusesIn(await exchange(socket, health.repeat(100)))).toEqual(['200']);
  });

  it.each(['/healthz', '/anything', websocketPath])('a body without end is not read: at %s', async (path) => {
    await using hub = await startHub(patient);
    const socket = connectTcp(hub.port, '127.0.0.1');
    const closed = closedOf(socket);
    socket.write(post(path, ['Content-Length: 1000000000000'], ''));
    const body = Buffer.alloc(100_000);
    const writing = setInterval(() => {
      if (socket.writableLength === 0) socket.write(body);
    }, 1);
    await closed;
    clearInterval(writing);
  });

  it.each(['/healthz', '/anything'])('an upgrade elsewhere does not keep it open, nor the hub: at %s', async (path) => {
    const hub = await startHub(patient);
    const socket = connectTcp({ port: hub.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => undefined);
    socket.write(upgradeTo(path));
    await new Promise((resolve) => socket.once('end', resolve).resume());
    await hub.close();
    socket.destroy();
  });
});

describe('the session of a connection', () => {
  it('takes no requests, and no other websocket', async () => {
    await using hub = await startHub(patient);
    const url = `ws://127.0.0.1:${hub.port}${websocketPath}`;
    const websocket = new WebSocket(url);
    const greeting = await new Promise<string>((resolve) => {
      websocket.once('message', (data: Buffer) => {
        resolve(data.toString());
      });
    });
    const { sid } = JSON.parse(greeting.slice(1)) as { readonly sid: string };
    const get = `GET ${websocketPath}&sid=${sid} HTTP/1.1\r\nHost: hub\r\n\r\n`;
    expect(statusesIn(await exchange(connectTcp(hub.port, '127.0.0.1'), get.repeat(100)))).toEqual(['404']);
    const other = new WebSocket(`${url}&sid=${sid}`);
    const refused = await new Promise((resolve) => other.once('error', resolve));
    expect(refused).toMatchObject({ message: 'Unexpected server response: 404' });
    expect(websocket.readyState).toBe(WebSocket.OPEN);
    websocket.terminate();
  });
});

/** All that is answered to the text, once the connection has ended. */
async function exchange(socket: Socket, text: string): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
  });
  socket.write(text);
  await closedOf(socket);
  return Buffer.concat(chunks).toString('latin1');
}

/** Resolves when the connection has ended: whoever does not read all may reset it. */
async function closedOf(socket: Socket): Promise<void> {
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('close', resolve));
}

function statusesIn(answers: string): (string | undefined)[] {
  return [...answers.matchAll(/^HTTP\/1\.1 (?<status>\d+)/gmu)].map(({ groups }) => groups?.['status']);
}
