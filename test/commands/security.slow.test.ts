import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, remoteMap } from 'paladin-rx';
import { lastValueFrom, range, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { square } from '../fixtures/command-operations.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { Command, operations, startHubCommand, startWorkerCommand } from './command.js';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const cert = fixture('tls-cert.pem');
const tls = ['--tls-cert', cert, '--tls-key', fixture('tls-key.pem')];
/** How Node is told to trust a certificate that nobody has signed. */
const trusting = { NODE_EXTRA_CA_CERTS: cert };

/** The log that a command has written, one object a line. */
function logOf(command: Command): Record<string, unknown>[] {
  return command.output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('the paladin command on a network', () => {
  it('does not start a hub that anybody could reach, unless told to, and then it warns', async () => {
    await using refused = new Command(['hub', '--port', '0', '--host', '0.0.0.0']);
    expect(await refused.exited()).toBe(1);
    expect(refused.output).toMatch(/^error: on 0\.0\.0\.0 anybody .*--leader-token.*--insecure/u);
    await using half = new Command(['hub', '--port', '0', '--host', '0.0.0.0', '--leader-token', 'a', '--worker-token', 'b']);
    expect(await half.exited()).toBe(1);
    expect(half.output).toMatch(/as observer, without a token/u);
    await using insecure = await startHubCommand('--host', '0.0.0.0', '--insecure');
    await insecure.printed(/"msg":"insecure: on 0\.0\.0\.0 anybody/u);
    await using secure = await startHubCommand('--host', '0.0.0.0', '--token', 'a');
    expect(secure.output).not.toContain('insecure');
  });

  it('speaks TLS', async () => {
    await using hub = await startHubCommand(...tls, '--token', 'a');
    expect(hub.url).toMatch(/^https:/u);
    const url = hub.url.replace('127.0.0.1', 'localhost');
    await using worker = new Command(['worker', operations, '--hub', url, '--token', 'a', '--threads', '1'], trusting);
    await worker.printed(/^worker ready/u);
    await using status = new Command(['status', '--hub', url, '--token', 'a'], trusting);
    expect(await status.exited()).toBe(0);
    expect(status.output).toContain('1 worker with');
    await using distrusting = new Command(['worker', operations, '--hub', url, '--token', 'a', '--threads', '1']);
    // That does not pass: it does not wait.
    expect(await distrusting.exited()).toBe(3);
    expect(distrusting.output).toMatch(/^error: no hub answers at .*: self-signed certificate; to trust .* NODE_EXTRA_CA_CERTS/u);
    await using mismatched = new Command(['hub', '--port', '0', '--tls-cert', cert]);
    expect(await mismatched.exited()).toBe(1);
    expect(mismatched.output).toContain('expected both --tls-cert and --tls-key');
    await using broken = new Command(['hub', '--port', '0', '--tls-cert', cert, '--tls-key', fixture('never-loaded.mjs')]);
    expect(await broken.exited()).toBe(1);
    expect(broken.output).toMatch(/the certificate or its key cannot be read/u);
  });

  it('exchanges tokens in files while a job runs: new ones are taken at SIGHUP, and old ones put out at the next', async () => {
    await using folder = await temporaryDirectory();
    const tokens = join(folder.path, 'tokens');
    const mine = join(folder.path, 'mine');
    writeFileSync(tokens, '# of the first month\nleader lead\nworker one\n');
    writeFileSync(mine, 'one\n');
    await using hub = await startHubCommand('--tokens-file', tokens, '--observer-token', 'look');
    await using first = await startWorkerCommand(hub.url, '--token-file', mine, '--threads', '1');
    await using stale = await startWorkerCommand(hub.url, '--token', 'one', '--threads', '1');
    await using runtime = await connect(hub.url, { token: 'lead' });
    const squares = lastValueFrom(range(0, 20_000).pipe(remoteMap(square, runtime, { batch: 50 }), toArray()));

    writeFileSync(tokens, 'leader lead\nworker one # goes soon\nworker two\n');
    hub.kill('SIGHUP');
    await hub.printed(/"msg":"tokens and certificate were read again"/u);
    writeFileSync(mine, 'two\n');
    await using second = await startWorkerCommand(hub.url, '--token-file', mine, '--threads', '1');

    writeFileSync(tokens, 'leader\n');
    hub.kill('SIGHUP');
    await hub.printed(/stay as they were/u);
    expect(hub.output).toContain('line 1: expected a role (leader, worker, observer) and a token');

    writeFileSync(tokens, 'leader lead\nworker two\n');
    hub.kill('SIGHUP');
    expect(await stale.exited()).toBe(2);
    expect(stale.output).toMatch(/error: hub .* disconnected the worker: the token that it has shown is not valid any more/u);
    // This one reads its file again.
    await first.printed(/^worker ready again/u);
    expect(await squares).toEqual(Array.from({ length: 20_000 }, (_, x) => x * x));
    expect(second.output).not.toContain('error');
    await using late = new Command(['worker', operations, '--hub', hub.url, '--token', 'one', '--threads', '1']);
    expect(await late.exited()).toBe(2);
    const log = logOf(hub);
    expect(
      log.every(({ level, time, msg }) => typeof level === 'number' && typeof time === 'number' && typeof msg === 'string'),
    ).toBe(true);
    expect(JSON.stringify(log)).not.toMatch(/"(lead|one|two|look)"/u);
    // Six programs are started, one after the other.
  }, 60_000);

  it('takes no file without a token, at the start or at SIGHUP', async () => {
    await using folder = await temporaryDirectory();
    const file = join(folder.path, 'tokens');
    writeFileSync(file, '# all of them are gone\n\n');
    await using open = new Command(['hub', '--port', '0', '--tokens-file', file]);
    expect(await open.exited()).toBe(1);
    expect(open.output).toMatch(/^error: .*tokens: expected at least one line with a role .* and a token, got none$/u);
    writeFileSync(file, 'worker one\n');
    await using hub = await startHubCommand('--tokens-file', file);
    writeFileSync(file, '\n');
    hub.kill('SIGHUP');
    await hub.printed(/stay as they were/u);
    await using late = new Command(['worker', operations, '--hub', hub.url, '--token-file', file, '--threads', '1']);
    expect(await late.exited()).toBe(1);
    expect(late.output).toMatch(/^error: expected a token in the file .*tokens, got an empty one$/u);
  });

  it('takes limits by flags and variables, and says what is wrong with them', async () => {
    await using hub = await startHubCommand('--max-jobs-per-leader', '1', '--log-level', 'silent');
    await using worker = await startWorkerCommand(hub.url, '--threads', '1');
    await using runtime = await connect(hub.url);
    // A leader keeps to what the hub announces.
    expect(await Promise.all([1, 2, 3].map((x) => runtime.run(square, x)))).toEqual([1, 4, 9]);
    expect(logOf(hub)).toEqual([]);
    expect(worker.output).toContain('worker ready');
    await using wrong = new Command(['hub', '--port', '0'], { PALADIN_MAX_CONNECTIONS: '0' });
    expect(await wrong.exited()).toBe(1);
    expect(wrong.output).toMatch(/Expected a whole number from 1/u);
  });
});
