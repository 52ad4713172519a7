import { get, type IncomingMessage } from 'node:http';
import { connect, defineOperation, remoteMap } from 'paladin-rx';
import { startHub, type HubEvent } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { from, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';

const tens = defineOperation({
  name: 'tens',
  execute: (value: number) => {
    if (value % 10 === 0) throw new Error(`${value} is a ten`);
    return value;
  },
});

/** The number of a line of `/metrics`. */
async function numberOf(url: string, line: string): Promise<number> {
  const found = (await metricsOf(url)).find((each) => each.startsWith(`${line} `));
  return Number(found?.slice(line.length));
}

async function metricsOf(url: string): Promise<string[]> {
  return (await (await fetch(`${url}/metrics`)).text()).split('\n');
}

/** What is answered to a request whose headers `fetch` would not send. */
async function asked(
  port: number,
  headers: Readonly<Record<string, string>>,
): Promise<{ status: number | undefined; body: string }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ port, host: '127.0.0.1', path: '/status.json', headers }, resolve).on('error', reject);
  });
  let body = '';
  for await (const piece of response.setEncoding('utf8')) body += String(piece);
  return { status: response.statusCode, body };
}

describe('pages for observers', () => {
  it('tell Prometheus what has come of elements and batches, and what there is now', async () => {
    await using hub = await startHub({ port: 0 });
    await using _worker = await startWorker({ hub: hub.url, operations: [tens], inline: true, slots: 2 });
    await using runtime = await connect(hub.url);
    expect(await numberOf(hub.url, 'paladin_queued_batches')).toBe(0);
    const elements = Array.from({ length: 95 }, (_, index) => index + 1);
    const kept = await lastValueFrom(from(elements).pipe(remoteMap(tens, runtime, { onFatal: 'skip' }), toArray()));
    expect(kept).toHaveLength(86);
    // Those who ask soon after each other are told the same.
    await expect.poll(() => numberOf(hub.url, 'paladin_elements_total{operation="tens"}'), { timeout: 20_000 }).toBe(95);
    expect(await numberOf(hub.url, 'paladin_element_failures_total{operation="tens",code="OPERATION_FAILED"}')).toBe(9);
    expect(await numberOf(hub.url, 'paladin_slots{state="free"}')).toBe(2);
    expect(await numberOf(hub.url, 'paladin_workers{state="here"}')).toBe(1);
    const batches = await numberOf(hub.url, 'paladin_batches_total{operation="tens"}');
    expect(await numberOf(hub.url, 'paladin_batch_execute_seconds_count{operation="tens"}')).toBe(batches);
    expect(await numberOf(hub.url, 'paladin_batch_execute_seconds_bucket{operation="tens",le="+Inf"}')).toBe(batches);
    const bytes = await numberOf(hub.url, 'paladin_bytes_total{direction="in"}');
    expect(bytes).toBeGreaterThan(elements.length);
    // An answer that took long to make is kept for ten times as long.
    await expect.poll(() => numberOf(hub.url, 'paladin_bytes_total{direction="in"}'), { timeout: 20_000 }).toBeGreaterThan(bytes);
  });

  it('tell Prometheus of their process, too, and each name once', async () => {
    await using hub = await startHub({ port: 0 });
    const names = (await metricsOf(hub.url)).flatMap((line) => /^# TYPE (\S+)/u.exec(line)?.[1] ?? []);
    expect(names).toEqual(expect.arrayContaining(['process_resident_memory_bytes', 'paladin_event_loop_delay_seconds']));
    expect(new Set(names).size).toBe(names.length);
  });

  it('give the status as JSON, under the hub’s path, too', async () => {
    await using hub = await startHub({ port: 0, path: '/bus' });
    const response = await fetch(`${hub.url}/status.json`);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toMatchObject({ totals: { workers: 0 }, epoch: hub.status().epoch });
  });

  it('ask for the token of an observer where the hub has one', async () => {
    const events: HubEvent[] = [];
    await using hub = await startHub({
      port: 0,
      tokens: { observer: ['seen', 'schlüssel mit raum'], leader: 'led' },
      onEvent: (event) => events.push(event),
    });
    const statusWith = async (authorization?: string): Promise<number> =>
      (await fetch(`${hub.url}/status.json`, authorization === undefined ? {} : { headers: { authorization } })).status;
    const refused = await fetch(`${hub.url}/metrics`);
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await refused.json()).toMatchObject({ code: 'UNAUTHORIZED', reason: expect.stringContaining('a token is needed') });
    expect(await statusWith('Bearer led')).toBe(401);
    expect(await statusWith(`Bearer ${'x'.repeat(10_000)}`)).toBe(401);
    expect(await statusWith('Basic seen')).toBe(401);
    expect(await statusWith('Bearer seen')).toBe(200);
    const utf8 = Buffer.from('Bearer schlüssel mit raum').toString('latin1');
    expect((await asked(hub.port, { authorization: utf8 })).status).toBe(200);
    // With a token the name by which the hub is asked does not matter: a proxy may have another one.
    expect((await asked(hub.port, { authorization: 'Bearer seen', host: 'hub.example.org' })).status).toBe(200);
    expect((await fetch(`${hub.url}/healthz`)).status).toBe(200);
    expect(events.map(({ type }) => type)).toEqual(Array.from({ length: 4 }, () => 'refused'));
  });

  it('ask those who authorize', async () => {
    await using hub = await startHub({
      port: 0,
      authorize: ({ role, token }) => (role === 'observer' && token === 'mine' ? { role } : undefined),
    });
    expect((await asked(hub.port, { authorization: 'Bearer mine' })).status).toBe(200);
    expect((await asked(hub.port, { authorization: 'Bearer yours' })).status).toBe(401);
  });

  it('are not for pages of other hosts and origins', async () => {
    await using hub = await startHub({ port: 0 });
    for (const host of ['localhost', '127.0.0.1:80', '[::1]:80', 'paladin.localhost', 'LOCALHOST:1']) {
      expect(await asked(hub.port, { host })).toMatchObject({ status: 200 });
    }
    for (const host of ['example.org', 'localhost.example.org:80', '10.0.0.1', '127.evil.com']) {
      expect(await asked(hub.port, { host })).toMatchObject({
        status: 403,
        body: expect.stringContaining('ask it as localhost'),
      });
    }
    expect(hub.status().counters['unreadable']).toBe(4);
    const fromPage = await asked(hub.port, { host: 'localhost', origin: 'https://example.org' });
    expect(fromPage).toMatchObject({ status: 401, body: expect.stringContaining('--origins https://example.org') });
  });

  it('are read, not written', async () => {
    await using hub = await startHub({ port: 0 });
    expect((await fetch(`${hub.url}/metrics`, { method: 'POST' })).status).toBe(405);
    const head = await fetch(`${hub.url}/status.json`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });
});
