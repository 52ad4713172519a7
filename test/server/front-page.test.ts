import { get, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { startHub } from 'paladin-rx/server';
import { describe, expect, it } from 'vitest';

/** What is answered to a request with headers that `fetch` would not send. */
async function asked(port: number, path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = get({ port, host: '127.0.0.1', path, headers, method }, resolve);
    request.on('error', reject);
  });
  return { status: response.statusCode, headers: response.headers, body: await buffer(response) };
}

describe('the page of a hub', () => {
  it('is one file, which may run nothing but its own script, and ask nobody but its hub', async () => {
    await using hub = await startHub({ port: 0 });
    const { status, headers, body } = await asked(hub.port, '/');
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[^ ]+'; style-src 'sha256-[^ ]+'; connect-src 'self';/u);
    expect(policy).toMatch(/frame-ancestors 'none'$/u);
    expect(body.toString()).not.toMatch(/(?:src|href)="(?!data:)/u);
  });

  it('is packed for who takes that, and small', async () => {
    await using hub = await startHub({ port: 0 });
    const plain = await asked(hub.port, '/', { 'accept-encoding': 'gzip;q=0' });
    const packed = await asked(hub.port, '/', { 'accept-encoding': 'br, gzip' });
    expect([plain.headers['content-encoding'], packed.headers['content-encoding']]).toEqual([undefined, 'gzip']);
    expect(gunzipSync(packed.body)).toEqual(plain.body);
    expect(packed.body.length).toBeLessThan(40_000);
    expect(Number(packed.headers['content-length'])).toBe(packed.body.length);
  });

  it('is sent again only when it has changed', async () => {
    await using hub = await startHub({ port: 0 });
    const { headers } = await asked(hub.port, '/');
    expect([headers['cache-control'], headers['vary']]).toEqual(['no-cache', 'accept-encoding']);
    const again = await asked(hub.port, '/', { 'if-none-match': `"other", W/${String(headers.etag)}` });
    expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, headers.etag]);
    expect((await asked(hub.port, '/', { 'if-none-match': '"other"' })).status).toBe(200);
    expect((await asked(hub.port, '/', {}, 'HEAD')).body).toHaveLength(0);
    expect((await asked(hub.port, '/', {}, 'POST')).status).toBe(405);
  });

  it('is under the path of the hub, with a slash behind it and without', async () => {
    await using hub = await startHub({ port: 0, path: '/bus' });
    for (const path of ['/bus', '/bus/', '/bus/?a=b', '/']) expect(await asked(hub.port, path)).toMatchObject({ status: 200 });
    expect((await asked(hub.port, '/bus/other')).status).toBe(404);
  });

  it('needs no token, and is not for names that are not those of a hub on loopback', async () => {
    await using closed = await startHub({ port: 0, token: 'secret' });
    // A proxy may have another name.
    expect((await asked(closed.port, '/', { host: 'hub.example.org' })).status).toBe(200);
    await using open = await startHub({ port: 0 });
    expect((await asked(open.port, '/', { host: 'localhost:80' })).status).toBe(200);
    const refused = await asked(open.port, '/', { host: 'evil.example.org' });
    expect([refused.status, refused.body.toString()]).toEqual([403, expect.stringContaining('ask it as localhost')]);
    expect(open.status().counters['unreadable']).toBe(1);
  });
});
