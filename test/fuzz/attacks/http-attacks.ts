/** Before there is a websocket: TCP and HTTP. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attack, Field } from '../attack.js';
import { mutateBytes, randomBytes } from '../mutate-bytes.js';
import { RawConnection } from '../wire/raw-connection.js';
import { UpgradedConnection, upgradeRequest, websocketPath } from '../wire/upgraded-connection.js';

/** How long a connection waits for the hub to close it; most are closed at once. */
const patienceMs = 30;

const strangersOnly = ['stranger'] as const;

export const httpAttacks: readonly Attack[] = [
  {
    layer: 'http',
    name: 'garbage',
    standings: strangersOnly,
    async strike(field, _, random) {
      await say(field, [randomBytes(random, random.pick([1, 20, 1_000, 20_000]))]);
    },
  },
  {
    layer: 'http',
    name: 'request cut short',
    standings: strangersOnly,
    async strike(field, _, random) {
      const request = upgradeRequest(websocketPath);
      await say(field, [request.slice(0, random.int(1, request.length - 1))]);
    },
  },
  {
    layer: 'http',
    name: 'request changed',
    standings: strangersOnly,
    async strike(field, _, random) {
      await say(field, [mutateBytes(Buffer.from(upgradeRequest(websocketPath)), random)]);
    },
  },
  {
    layer: 'http',
    name: 'slow loris',
    standings: strangersOnly,
    async strike(field, _, random) {
      const request = upgradeRequest(websocketPath, [`X-Slow: ${'a'.repeat(random.int(1, 20))}`]);
      const drops = Array.from({ length: random.int(3, 8) }, (_unused, at) => request.slice(at * 9, at * 9 + 9));
      await say(field, drops, random.int(5, 30));
    },
  },
  {
    layer: 'http',
    name: 'huge headers',
    standings: strangersOnly,
    async strike(field, _, random) {
      const many = Array.from(
        { length: random.pick([10, 300, 3_000]) },
        (_unused, at) => `X-${at}: ${'h'.repeat(random.pick([1, 50]))}`,
      );
      const long = `X-Long: ${'h'.repeat(random.pick([1_000, 15_000, 20_000]))}`;
      await say(field, [upgradeRequest(websocketPath, random.chance(0.5) ? many : [long])]);
    },
  },
  {
    layer: 'http',
    name: 'bad upgrade',
    standings: strangersOnly,
    async strike(field, _, random) {
      const good = upgradeRequest(websocketPath);
      const bad = random.pick<readonly [RegExp, string]>([
        [/Upgrade: websocket/u, 'Upgrade: h2c'],
        [/Connection: Upgrade/u, 'Connection: close'],
        [/Version: 13/u, 'Version: 99'],
        [/Sec-WebSocket-Key: .*/u, 'Sec-WebSocket-Key: short'],
        [/Sec-WebSocket-Key: .*\r\n/u, ''],
        [/^GET/u, 'POST'],
        [/HTTP\/1\.1/u, 'HTTP/1.0'],
        [/Host: .*\r\n/u, ''],
        [/$/u, 'Sec-WebSocket-Protocol: ,,,\r\n'],
        [/Version: 13/u, 'Version: 13\r\nSec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=0'],
      ]);
      await say(field, [good.replace(...bad)]);
    },
  },
  {
    layer: 'http',
    name: 'wrong path',
    standings: strangersOnly,
    async strike(field, _, random) {
      const path = random.pick([
        '/',
        '/socket.io',
        '/socket.io/../../etc/passwd',
        '/socket.io/?EIO=4&transport=polling',
        '/socket.io/?EIO=4&transport=webtransport',
        '/socket.io/?EIO=4&transport=__proto__',
        '/socket.io/?EIO=3&transport=websocket',
        '/socket.io/?EIO=4&EIO=4&transport=websocket&transport=websocket',
        '/socket.io/?EIO=4&transport=websocket&sid=nobody',
        '/socket.io/?EIO=4&transport=websocket&sid=__proto__',
        '/socket.io/?EIO=4&transport=websocket&b64=1&j=0&t=%00',
        `/socket.io/?EIO=4&transport=websocket&x=${'%41'.repeat(1_000)}`,
        '//socket.io/?EIO=4&transport=websocket',
        '/socket.io/?%E0%A4%A&transport=websocket&EIO=4',
        'http://elsewhere/socket.io/?EIO=4&transport=websocket',
      ]);
      const plain = random.chance(0.5);
      await say(field, [plain ? `GET ${path} HTTP/1.1\r\nHost: hub\r\n\r\n` : upgradeRequest(path)]);
    },
  },
  {
    layer: 'http',
    name: 'polling',
    standings: strangersOnly,
    async strike(field, _, random) {
      const body = random.pick(['40', '40/leader,{}', '4{"sid":1}', '\u001e'.repeat(100), 'x'.repeat(10_000)]);
      const declared = random.pick([body.length, body.length, 0, 1, 10_000_000]);
      const path = '/socket.io/?EIO=4&transport=polling';
      const head = `POST ${path} HTTP/1.1\r\nHost: hub\r\nContent-Type: text/plain\r\nContent-Length: ${declared}\r\n\r\n`;
      await say(field, [`GET ${path} HTTP/1.1\r\nHost: hub\r\n\r\n`, `${head}${body}`]);
    },
  },
  {
    layer: 'http',
    name: 'pipelined and smuggled requests',
    standings: strangersOnly,
    async strike(field, _, random) {
      const one = 'GET / HTTP/1.1\r\nHost: hub\r\n\r\n';
      const behind = random.pick([one, upgradeRequest(websocketPath)]);
      const post = (headers: readonly string[], body: string): string =>
        ['POST /healthz HTTP/1.1', 'Host: hub', ...headers, '', `${body}${behind}`].join('\r\n');
      const chunks = ['Transfer-Encoding: chunked'];
      const text = random.pick([
        one.repeat(random.pick([50, 5_000])),
        'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'.repeat(50),
        `${one}${upgradeRequest(websocketPath)}`,
        `${upgradeRequest(websocketPath, [`Content-Length: ${behind.length}`])}${behind}`,
        `${upgradeRequest(websocketPath, chunks)}5\r\nhello\r\n0\r\n\r\n${behind}`,
        '\r\n'.repeat(500),
        one.replaceAll('\r', ''),
        post([...chunks, 'Content-Length: 4'], 'ffffffff\r\n'),
        post(['Content-Length: 4', 'Content-Length: 5'], 'body'),
        post(['Content-Length: 4, 4'], 'body'),
        post(['Content-Length: 4', 'Expect: 100-continue'], ''),
        post(['Transfer-Encoding:', ' chunked'], '0\r\n\r\n'),
        post(['Transfer-Encoding : chunked'], '0\r\n\r\n'),
        post(['Transfer-Encoding: chunked, identity'], '0\r\n\r\n'),
        post(chunks, `4;a=b;c="${'d'.repeat(random.pick([1, 20_000]))}"\r\nbody\r\n0\r\n\r\n`),
        post(chunks, `${'f'.repeat(random.pick([8, 16, 17]))}\r\nbody`),
        post(chunks, `0\r\nX-Trailer: ${'t'.repeat(random.pick([1, 20_000]))}\r\n\r\n`),
      ]);
      await say(field, [text]);
    },
  },
  {
    layer: 'http',
    name: 'body without end',
    standings: strangersOnly,
    async strike(field, _, random) {
      const path = random.pick(['/healthz', '/anything', websocketPath]);
      const length = random.pick(['Content-Length: 1000000000000', 'Transfer-Encoding: chunked']);
      const chunk = `fff\r\n${'b'.repeat(0xfff)}\r\n`;
      await say(field, [`POST ${path} HTTP/1.1\r\nHost: hub\r\n${length}\r\n\r\n`, ...new Array<string>(5).fill(chunk)], 1);
    },
  },
  {
    layer: 'http',
    name: 'upgrade elsewhere',
    standings: strangersOnly,
    async strike(field, _, random) {
      const request = upgradeRequest(random.pick(['/healthz', '/anything', '/socket.ioo/', '*']));
      await say(field, [request, randomBytes(random, random.pick([0, 1_000, 20_000]))]);
    },
  },
  {
    layer: 'http',
    name: 'requests and another websocket in a session',
    standings: strangersOnly,
    async strike(field, _, random) {
      field.connecting();
      const connection = await UpgradedConnection.open(field.port);
      if (connection === undefined) return;
      const path = `${websocketPath}&sid=${connection.session}`;
      const get = `GET ${path} HTTP/1.1\r\nHost: hub\r\n\r\n`;
      const post = `POST ${path} HTTP/1.1\r\nHost: hub\r\nContent-Length: 1\r\n\r\n1`;
      await say(field, [random.pick([get.repeat(1_000), post, upgradeRequest(path)])]);
      connection.raw.close();
    },
  },
  {
    layer: 'http',
    name: 'frames at once behind the upgrade',
    standings: strangersOnly,
    async strike(field, _, random) {
      const request = Buffer.from(upgradeRequest(websocketPath));
      await say(field, [Buffer.concat([request, randomBytes(random, random.int(1, 200))])]);
    },
  },
];

async function say(field: Field, pieces: readonly (Uint8Array | string)[], pauseMs = 0): Promise<void> {
  field.connecting();
  const connection = await RawConnection.open(field.port);
  for (const piece of pieces) {
    await field.pay(1, piece.length);
    connection.write(piece);
    if (pauseMs > 0) await sleep(pauseMs);
  }
  await connection.closedByHub(patienceMs);
}
