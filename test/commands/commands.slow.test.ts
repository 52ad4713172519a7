import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { from, lastValueFrom, range, toArray } from 'rxjs';
import { fileURLToPath } from 'node:url';
import { connect, defineOperation, remoteFold, remoteMap } from 'paladin-rx';
import { fetchStatus } from 'paladin-rx/server';
import { describe, expect, it } from 'vitest';
import { pidAfter, print, square, sum } from '../fixtures/command-operations.js';
import { freePort } from '../support/free-port.js';
import { Command, operations, startHubCommand, startWorkerCommand } from './command.js';

describe('the paladin command', () => {
  it('runs a hub and workers that map and fold', async () => {
    await using hub = await startHubCommand();
    await using one = await startWorkerCommand(hub.url, '--threads', '1');
    await using two = await startWorkerCommand(hub.url, '--inline', '--slots', '3', '--name', 'second', '--labels', 'big, fast');
    expect(one.output).toMatch(
      /^worker ready at http:\/\/127\.0\.0\.1:\d+: pid-after@1, print@1, square@1, sum@1 in 1 thread$/mu,
    );
    expect(two.output).toContain('in 3 inline slots');
    await using runtime = await connect(hub.url);
    expect(await lastValueFrom(range(1, 1_000).pipe(remoteMap(square, runtime), remoteFold(sum, runtime)))).toBe(333_833_500);

    await using status = new Command(['status', '--hub', hub.url]);
    expect(await status.exited()).toBe(0);
    expect(status.output).toMatch(/1 leader, 2 workers with 4 slots, 0 jobs/u);
    expect(status.output).toMatch(/second\s+3\s+0\s+ready\s+pid-after@1, print@1, square@1, sum@1/u);
    await using json = new Command(['status', '--hub', hub.url, '--json']);
    expect(await json.exited()).toBe(0);
    expect(JSON.parse(json.output)).toMatchObject({ workers: [{ slots: 1 }, { slots: 3, offers: { labels: ['big', 'fast'] } }] });
  });

  it('outlives whoever reads its output', async () => {
    await using hub = await startHubCommand();
    hub.stopReading();
    await using worker = await startWorkerCommand(hub.url, '--threads', '1');
    worker.stopReading();
    await using runtime = await connect(hub.url);
    expect(await runtime.run(square, 5)).toBe(25);
    expect((await fetchStatus(hub.url)).workers).toHaveLength(1);
    // Both say so as they end.
    worker.kill('SIGTERM');
    expect(await worker.exited()).toBe(0);
    hub.kill('SIGTERM');
    expect(await hub.exited()).toBe(0);
  });

  it('a worker whose module ends its threads again and again leaves, and its reason reaches those who find no worker', async () => {
    await using hub = await startHubCommand();
    const dying = fileURLToPath(new URL('../fixtures/dies-later.mjs', import.meta.url));
    const env = { DIES_LATER: 'exit 300' };
    await using worker = new Command(['worker', dying, '--hub', hub.url, '--threads', '1', '--name', 'dying'], env);
    await worker.printed(/^worker ready/u);
    const wait = defineOperation({ name: 'wait', execute: (ms: number) => ms });
    await using early = await connect(hub.url, { noWorkerTimeout: 500 });
    const reason = /no worker is connected; worker .+ offered that, and broke: threads that died .*: it exited with code 5/u;
    const expected = { code: 'NO_WORKER', operation: 'wait', message: expect.stringMatching(reason) as unknown };
    await expect(early.run(wait, 10_000)).rejects.toMatchObject(expected);
    expect(await worker.exited()).toBe(1);
    expect(worker.output).toMatch(/error: threads that died cannot be replaced/u);
    await using late = await connect(hub.url, { noWorkerTimeout: 20 });
    await expect(late.run(wait, 10_000)).rejects.toMatchObject(expected);
  }, 60_000);

  it('a worker that drains has written all that its operations printed', async () => {
    await using hub = await startHubCommand();
    await using worker = await startWorkerCommand(hub.url, '--threads', '1');
    await using runtime = await connect(hub.url);
    expect(await runtime.run(print, 1_000)).toBe(1_000);
    worker.kill('SIGTERM');
    expect(await worker.exited()).toBe(0);
    expect(worker.output.split('\n').filter((line) => line === 'x'.repeat(100))).toHaveLength(1_000);
  });

  it('drains a worker on SIGTERM: what runs is finished, the rest goes elsewhere', async () => {
    await using hub = await startHubCommand();
    await using first = await startWorkerCommand(hub.url, '--threads', '1');
    await using second = await startWorkerCommand(hub.url, '--threads', '1');
    await using runtime = await connect(hub.url);
    const pids = lastValueFrom(from([1_000, 1_000, 1, 1, 1, 1]).pipe(remoteMap(pidAfter, runtime), toArray()));
    await leased(hub.url, 2);
    first.kill('SIGTERM');
    expect(await first.exited()).toBe(0);
    expect(first.output).toMatch(/worker draining\nworker drained$/u);
    const [one, two, ...others] = await pids;
    const survivor = [one, two].filter((pid) => others.includes(pid ?? 0));
    expect(survivor).toHaveLength(1);
    expect(new Set(others)).toEqual(new Set(survivor));
    expect(second.output).not.toContain('draining');
  });

  it('hands in at a hub that is away for a moment what is finished while a worker drains', async () => {
    const port = await freePort();
    await using first = new Command(['hub', '--port', String(port)]);
    await first.printed(/^hub listening/u);
    const url = `http://127.0.0.1:${port}`;
    await using worker = await startWorkerCommand(url, '--threads', '1');
    await using runtime = await connect(url);
    const pid = runtime.run(pidAfter, 1_000);
    await leased(url, 1);
    worker.kill('SIGTERM');
    await worker.printed(/^worker draining/u);
    first.kill('SIGKILL');
    await first.exited();
    await using second = new Command(['hub', '--port', String(port)]);
    expect(await pid).toBeGreaterThan(0);
    expect(await worker.exited()).toBe(0);
    expect(worker.output).toMatch(/worker drained$/u);
    expect(second.output).not.toContain('error');
  });

  it('says what a worker leaves undone, and ends it with a code of its own, past its drain timeout or when it is told twice', async () => {
    await using hub = await startHubCommand();
    await using late = await startWorkerCommand(hub.url, '--threads', '1', '--drain-timeout', '200');
    await using twice = await startWorkerCommand(hub.url, '--threads', '1');
    await using runtime = await connect(hub.url);
    const job = lastValueFrom(from([60_000, 60_000]).pipe(remoteMap(pidAfter, runtime, { batch: 1 }))).catch(() => undefined);
    await leased(hub.url, 2);
    late.kill('SIGTERM');
    expect(await late.exited()).toBe(4);
    expect(late.output).toMatch(
      /"msg":"the worker ended with work undone: unfinished batches: 1, .*it was to drain within 200 ms/u,
    );
    twice.kill('SIGTERM');
    await twice.printed(/^worker draining/u);
    twice.kill('SIGTERM');
    expect(await twice.exited()).toBe(4);
    expect(twice.output).toMatch(/"msg":"the worker ended with work undone, as it was told twice to go: unfinished batches: 1/u);
    await runtime.close();
    await job;
  });

  it('says goodbye when the hub is told to end, and takes its peers back after a restart', async () => {
    const port = await freePort();
    await using first = new Command(['hub', '--port', String(port)]);
    await first.printed(/^hub listening/u);
    const url = `http://127.0.0.1:${port}`;
    await using worker = await startWorkerCommand(url, '--threads', '2');
    await using runtime = await connect(url);
    expect(await runtime.run(square, 3)).toBe(9);
    first.kill('SIGTERM');
    expect(await first.exited()).toBe(0);
    await worker.printed(/"msg":"not connected to .*; trying again"/u);
    const later = runtime.run(square, 4);
    await using second = new Command(['hub', '--port', String(port)]);
    await second.printed(/^hub listening/u);
    expect(await later).toBe(16);
    await worker.printed(/^worker ready again/u);
  });

  it('loses nothing when a worker is killed in the middle of a job', async () => {
    await using hub = await startHubCommand();
    await using first = await startWorkerCommand(hub.url, '--threads', '2');
    await using runtime = await connect(hub.url);
    const pids = lastValueFrom(from([400, 400, 1, 1, 1, 1]).pipe(remoteMap(pidAfter, runtime), toArray()));
    await leased(hub.url, 2);
    await using second = await startWorkerCommand(hub.url, '--threads', '2');
    first.kill('SIGKILL');
    expect(await pids).toHaveLength(6);
    expect(await first.exited()).toBe('SIGKILL');
    expect(second.output).toContain('worker ready');
  });

  it('takes settings from the environment', async () => {
    await using hub = new Command(['hub'], { PALADIN_PORT: '0', PALADIN_TOKEN: 'secret' });
    const url = (await hub.printed(/^hub listening/u)).replace('hub listening on ', '');
    await using worker = new Command(['worker', operations], {
      PALADIN_HUB: url,
      PALADIN_TOKEN: 'secret',
      PALADIN_THREADS: '1',
      PALADIN_LABELS: 'a,b',
    });
    await worker.printed(/^worker ready.*in 1 thread$/u);
    await using status = new Command(['status', '--json'], { PALADIN_HUB: url, PALADIN_TOKEN: 'secret' });
    expect(await status.exited()).toBe(0);
    expect(JSON.parse(status.output)).toMatchObject({ workers: [{ offers: { labels: ['a', 'b'] } }] });
  });

  it('asks each role for its own token, and refuses a wrong one with exit code 2', async () => {
    await using hub = await startHubCommand('--token', 'all', '--worker-token', 'mine');
    await using wrong = new Command(['worker', operations, '--hub', hub.url, '--token', 'all', '--threads', '1']);
    expect(await wrong.exited()).toBe(2);
    expect(wrong.output).toMatch(
      /error: hub .* refused the worker: the token is wrong, it is for the role leader; pass the hub's by/u,
    );
    await using none = new Command(['status', '--hub', hub.url]);
    expect(await none.exited()).toBe(2);
    expect(none.output).toMatch(/a token is needed and none was shown/u);
    await using right = new Command(['status', '--hub', hub.url, '--token', 'all']);
    expect(await right.exited()).toBe(0);
    expect(hub.output).toMatch(/worker refused: UNAUTHORIZED/u);
    expect(hub.output).not.toMatch(/all|mine/u);
  });

  it.each([
    [['worker', 'no-such-module.js'], /error: .*no-such-module\.js/u],
    [['worker', 'package.json'], /error: .*package\.json/u],
    [['worker'], /missing required argument 'modules'/u],
    [['worker', 'x.js', '--threads', '0'], /Expected a whole number from 1 to 1024/u],
    [['hub', '--port', 'x'], /Expected a whole number from 0 to 65535/u],
    [['hub', '--colour'], /unknown option '--colour'/u],
    [['hub', '--host', ''], /^error: .*expected host to be an address to listen on, such as 127\.0\.0\.1 or 0\.0\.0\.0, got ""/u],
    [
      ['hub', '--token', ''],
      /^error: .*expected at least one leader token \(--token, --leader-token\) that is not empty, got none$/u,
    ],
    [['hub', '--trusted-proxies', 'x'], /^error: .*expected --trusted-proxies to be addresses or networks, .* got "x"$/u],
    [
      ['worker', operations, '--inline', '--thread-memory-mb', '64'],
      /^error: .*expected --thread-memory-mb with modules in threads only/u,
    ],
    [['worker', operations, '--slots', '4'], /^error: expected --threads rather than --slots \(PALADIN_SLOTS\)/u],
    [['worker', operations, '--inline', '--threads', '4'], /^error: expected --slots rather than --threads/u],
    [['worker', operations, '--concurrency', '4'], /^error: .*; did you mean '--threads <number>'\?/u],
    [['hub', '--worker-token', ' ,'], /^error: .*expected at least one worker token .*got none$/u],
    [['hub', '--tokens-file', 'no-such-file'], /^error: the token file cannot be read: .*no-such-file'$/u],
    [['worker', 'x.js', '--token', ''], /^error: .*expected token to be a string that is not empty.*got an empty one$/u],
    [['status', '--token', ''], /^error: .*expected token to be a string that is not empty.*got an empty one$/u],
    [['status', '--token-file', 'no-such-file'], /^error: the token file cannot be read: .*no-such-file'$/u],
    [
      ['status', '--token', 'x', '--token-file', 'y'],
      /^error: expected --token \(PALADIN_TOKEN\) or --token-file \(PALADIN_TOKEN_FILE\), got both: leave one of them out$/u,
    ],
    [['worker', operations, '--token', 'x', '--token-file', 'y'], /^error: expected --token .* got both/u],
    [['status', '--hub', 'nowhere'], /expected the hub's url, such as http:\/\/127\.0\.0\.1:7400, got 'nowhere'/u],
  ])('refuses %j with exit code 1 and says why', async (args, message) => {
    await using command = new Command(args);
    expect(await command.exited()).toBe(1);
    expect(command.output).toMatch(message);
  });

  it('says when its port is taken', async () => {
    await using hub = await startHubCommand();
    await using second = new Command(['hub', '--port', new URL(hub.url).port]);
    expect(await second.exited()).toBe(1);
    expect(second.output).toMatch(/EADDRINUSE.*; another program listens there/u);
  });

  it('waits for a hub that is not there yet', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    await using worker = new Command(['worker', operations, '--hub', url, '--threads', '1']);
    await worker.printed(/"msg":"not connected to .*ECONNREFUSED.*; start a hub with: paladin hub --port \d+; trying again"/u);
    await using hub = new Command(['hub', '--port', String(port)]);
    await hub.printed(/^hub listening/u);
    await worker.printed(/^worker ready/u);
  });

  it('says each reason why a worker is not connected once, until it is', async () => {
    let attempts = 0;
    let tried = (): void => undefined;
    const often = new Promise<void>((resolve) => {
      tried = resolve;
    });
    const elsewhere = createHttpServer().on('upgrade', (_, socket) => {
      attempts += 1;
      if (attempts % 2 === 0) socket.destroy();
      else socket.end('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n');
      if (attempts === 5) tried();
    });
    await new Promise<void>((resolve) => {
      elsewhere.listen(0, '127.0.0.1', resolve);
    });
    // A TCP server has an address of this kind.
    const { port } = elsewhere.address() as AddressInfo;
    await using worker = new Command(['worker', operations, '--hub', `http://127.0.0.1:${port}`, '--threads', '1']);
    await often;
    await new Promise((resolve) => elsewhere.close(resolve));
    await worker.printed(/"msg":"not connected to .*ECONNREFUSED/u);
    await using hub = new Command(['hub', '--port', String(port)]);
    await worker.printed(/^worker ready/u);
    hub.kill('SIGTERM');
    await worker.printed(/"msg":"not connected to .*ECONNREFUSED/u, 2);
    const said = worker.output.match(/(?<="msg":"not connected to \S+ )(socket hang up|Unexpected|connect ECONNREFUSED)/gu);
    expect(said).toEqual(['Unexpected', 'socket hang up', 'connect ECONNREFUSED', 'connect ECONNREFUSED']);
  });

  it('ends at once where no hub answers, and says what to do', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    await using status = new Command(['status', '--hub', url]);
    expect(await status.exited()).toBe(3);
    expect(status.output).toMatch(/^error: no hub answers at .*ECONNREFUSED.*; start a hub with: paladin hub --port \d+$/u);
  });

  it('shows where a module has thrown that it cannot load', async () => {
    const throws = fileURLToPath(new URL('../fixtures/throws-at-import.mjs', import.meta.url));
    await using worker = new Command(['worker', throws, '--threads', '1']);
    expect(await worker.exited()).toBe(1);
    expect(worker.output).toMatch(/^error: cannot load module .*\n\s+at .*throws-at-import\.mjs:\d+/u);
  });

  it('logs for people where it is asked to, says more at trace, and nothing of those who look', async () => {
    await using hub = await startHubCommand('--log-format', 'pretty', '--log-level', 'trace');
    await using quiet = await startHubCommand();
    await using status = new Command(['status', '--hub', quiet.url]);
    expect(await status.exited()).toBe(0);
    await using worker = await startWorkerCommand(hub.url, '--threads', '1', '--name', 'ann', '--log-level', 'debug');
    await using runtime = await connect(hub.url);
    expect(await runtime.run(square, 5)).toBe(25);
    await hub.printed(/^\d\d:\d\d:\d\d\.\d{3} INFO  worker joined id=\S+ name=ann address=127\.0\.0\.1$/u);
    await hub.printed(/DEBUG worker offers .*slots=1/u);
    await hub.printed(/DEBUG job opened .*square@1/u);
    await hub.printed(/TRACE batch assigned .*count=1/u);
    await hub.printed(/TRACE batch answered .*done=1 failed=0/u);
    await worker.printed(/"level":20,.*"msg":"job known"/u);
    worker.kill('SIGTERM');
    await hub.printed(/INFO  worker left id=\S+ name=ann address=127\.0\.0\.1 reason="the worker left"$/u);
    expect(worker.output).not.toMatch(/"level":10,/u);
    expect(quiet.output).not.toMatch(/observer/u);
  });

  it('explains itself', async () => {
    await using help = new Command(['--help']);
    expect(await help.exited()).toBe(0);
    expect(help.output).toMatch(/Commands:[^]*hub[^]*worker[^]*status[^]*Exit codes:/u);
    await using worker = new Command(['worker', '--help']);
    expect(await worker.exited()).toBe(0);
    expect(worker.output).toContain('PALADIN_THREADS');
  });
});

/** Resolves when so many batches are with workers. */
async function leased(url: string, count: number): Promise<void> {
  for (;;) {
    const { workers } = await fetchStatus(url);
    if (workers.reduce((total, worker) => total + worker.leased, 0) >= count) return;
  }
}
