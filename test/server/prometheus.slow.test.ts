/** Read by a real Prometheus: without it these tests are skipped, unless REQUIRE_PROMETHEUS is set. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, defineOperation, remoteMap } from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { lastValueFrom, range } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const isThere = (program: string): boolean => spawnSync(program, ['--version']).status === 0;
const missing = process.env['REQUIRE_PROMETHEUS'] === undefined && !(isThere('prometheus') && isThere('promtool'));

const double = defineOperation({ name: 'double', execute: (value: number) => 2 * value });
/** One that would end a line, if nobody looked after it. */
const odd = defineOperation({ name: 'a"b\\c', execute: (value: number) => value });
const token = 'observers-only';

describe.skipIf(missing)(`a real Prometheus${missing ? ' (which is not there)' : ''}`, () => {
  it('has no objection to what it reads', async () => {
    await using hub = await startHub({ port: 0 });
    await using _worker = await startWorker({ hub: hub.url, operations: [double, odd], inline: true });
    await using runtime = await connect(hub.url);
    for (const operation of [double, odd]) await lastValueFrom(range(100).pipe(remoteMap(operation, runtime)));
    const input = await (await fetch(`${hub.url}/metrics`)).text();
    const { stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
    // What prom-client tells of the process has names of its own.
    const objections = `${stdout}${stderr}`.split('\n').filter((line) => line !== '' && !line.startsWith('nodejs_'));
    expect(objections).toEqual([]);
  });

  it('takes the rules of the example', () => {
    const rules = fileURLToPath(new URL('../../examples/observing/alerts.yml', import.meta.url));
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', rules], { encoding: 'utf8' });
    expect(`${stdout}${stderr}`).toContain('4 rules found');
    expect(status).toBe(0);
  });

  it('counts as we do, and shows the token of an observer', async () => {
    await using hub = await startHub({ port: 0, tokens: { observer: token }, insecure: true });
    await using _worker = await startWorker({ hub: hub.url, operations: [double], inline: true });
    await using runtime = await connect(hub.url);
    await lastValueFrom(range(1_000).pipe(remoteMap(double, runtime)));
    await using prometheus = await startPrometheus(hub.port);
    expect(await prometheus.value('up')).toBe(1);
    expect(await prometheus.value('paladin_elements_total{operation="double"}')).toBe(1_000);
    expect(
      await prometheus.value('histogram_quantile(1, paladin_batch_execute_seconds_bucket{operation="double"}) > bool 0'),
    ).toBe(1);
    expect(await prometheus.value('paladin_workers{state="here"}')).toBe(1);
  });

  it('has an answer to each question of the dashboard for Grafana', async () => {
    await using hub = await startHub({ port: 0, tokens: { observer: token }, insecure: true });
    await using _worker = await startWorker({ hub: hub.url, operations: [double], inline: true });
    await using runtime = await connect(hub.url);
    await lastValueFrom(range(1_000).pipe(remoteMap(double, runtime)));
    await using prometheus = await startPrometheus(hub.port);
    const dashboard = await readFile(new URL('../../examples/observing/grafana-dashboard.json', import.meta.url), 'utf8');
    const questions = [...dashboard.matchAll(/"expr": (".*"),?$/gmu)].map(([, text = '']) => JSON.parse(text) as string);
    expect(questions.length).toBeGreaterThan(10);
    // It waits until there is one.
    for (const question of questions) await prometheus.value(question.replaceAll('$__rate_interval', '10s'));
  });
});

/** One that reads a hub five times a second. */
async function startPrometheus(hubPort: number): Promise<AsyncDisposable & { value(query: string): Promise<number> }> {
  const directory = await temporaryDirectory();
  const config = join(directory.path, 'prometheus.yml');
  const scrape = {
    job_name: 'paladin',
    scrape_interval: '200ms',
    scrape_timeout: '200ms',
    authorization: { credentials: token },
    static_configs: [{ targets: [`127.0.0.1:${hubPort}`] }],
  };
  // JSON is YAML, too.
  await writeFile(config, JSON.stringify({ scrape_configs: [scrape] }));
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const flags = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(directory.path, 'data')}`,
    `--web.listen-address=${address}`,
  ];
  const program = spawn('prometheus', flags, { stdio: 'ignore' });
  const ended = once(program, 'exit');
  return {
    async value(query) {
      // Until it has started, and has read for the first time.
      for (;;) {
        if (program.exitCode !== null) throw new Error(`Prometheus ended with ${program.exitCode}`);
        const found = await ask(`http://${address}/api/v1/query?query=${encodeURIComponent(query)}`);
        if (found !== undefined) return found;
        await sleep(50);
      }
    },
    async [Symbol.asyncDispose]() {
      program.kill('SIGKILL');
      await ended;
      await directory[Symbol.asyncDispose]();
    },
  };
}

async function ask(url: string): Promise<number | undefined> {
  const response = await fetch(url).catch(() => undefined);
  if (response?.ok !== true) return undefined;
  const { data } = (await response.json()) as {
    readonly data: { readonly result: readonly { readonly value: [number, string] }[] };
  };
  const value = data.result[0]?.value[1];
  return value === undefined ? undefined : Number(value);
}
