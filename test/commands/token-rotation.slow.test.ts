import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, fromPull, remoteMap, type Runtime } from 'paladin-rx';
import { fetchStatus } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { describe, expect, it } from 'vitest';
import { square } from '../fixtures/command-operations.js';
import { rejectionOf } from '../support/outcome.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { Command, operations, startHubCommand, startWorkerCommand } from './command.js';

const roles = ['leader', 'worker', 'observer'] as const;

/** The files in which a hub and its peers have their tokens, which are called after months here. */
class TokenFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get ofHub(): string {
    return join(this.#folder, 'tokens');
  }

  of(role: (typeof roles)[number]): string {
    return join(this.#folder, role);
  }

  giveHub(...months: readonly string[]): void {
    const lines = months.flatMap((month) => roles.map((role) => `${role} ${role}-${month}\n`));
    this.#replace(this.ofHub, lines.join(''));
  }

  givePeers(month: string): void {
    for (const role of roles) this.#replace(this.of(role), `${role}-${month}\n`);
  }

  /** At once, so that nobody reads half of it. */
  #replace(path: string, text: string): void {
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  }
}

/** A job without an end, until it is told to: each result is checked as it comes. */
class Load {
  static readonly #window = 1_000;
  readonly #over: Promise<void>;
  #pulled = 0;
  #emitted = 0;
  #isEnding = false;
  #passed = (): void => undefined;

  constructor(runtime: Runtime) {
    const squares = fromPull(this.#numbers()).pipe(remoteMap(square, runtime, { batch: 50, window: Load.#window }));
    this.#over = squares.forEach((result) => {
      expect(result).toBe(this.#emitted * this.#emitted);
      this.#emitted += 1;
      this.#passed();
    });
  }

  /** Resolves when elements have come back that were not taken in before. */
  async goesOn(): Promise<void> {
    const mark = this.#emitted + 2 * Load.#window;
    const passed = new Promise<void>((resolve) => {
      this.#passed = () => {
        if (this.#emitted >= mark) resolve();
      };
    });
    await Promise.race([passed, this.#over]);
    expect(this.#emitted).toBeGreaterThanOrEqual(mark);
  }

  /** Resolves when all that was taken in has come back. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#over;
    expect(this.#emitted).toBe(this.#pulled);
  }

  *#numbers(): Generator<number> {
    for (; !this.#isEnding; this.#pulled += 1) yield this.#pulled;
  }
}

describe('tokens in files', () => {
  it('are exchanged under load, at a hub that reads them again and at one that is started again, and nothing is lost', async () => {
    await using folder = await temporaryDirectory();
    const files = new TokenFiles(folder.path);
    files.giveHub('may');
    files.givePeers('may');
    await using hub = await startHubCommand('--tokens-file', files.ofHub);
    const { url } = hub;
    const workerArgs = ['--token-file', files.of('worker'), '--threads', '1'];
    await using first = await startWorkerCommand(url, ...workerArgs);
    await using second = await startWorkerCommand(url, ...workerArgs);
    await using runtime = await connect(url, { token: () => readFileSync(files.of('leader'), 'utf8').trim() });
    const load = new Load(runtime);
    await load.goesOn();

    files.giveHub('may', 'june');
    hub.kill('SIGHUP');
    await hub.printed(/were read again/u);
    files.givePeers('june');
    await using stubborn = await startWorkerCommand(url, '--token', 'worker-june', '--threads', '1');
    await load.goesOn();
    files.giveHub('june');
    hub.kill('SIGHUP');
    await Promise.all([first, second].map((worker) => worker.printed(/^worker ready again/u)));
    await load.goesOn();
    expect(stubborn.output).not.toMatch(/error|ready again/u);

    hub.kill('SIGKILL');
    await hub.exited();
    files.giveHub('july');
    await using next = await startHubCommand('--port', new URL(url).port, '--tokens-file', files.ofHub);
    expect(next.url).toBe(url);
    // All have come in vain before they have a token that will do.
    await Promise.all([first, second].map((worker) => worker.printed(/"msg":.* refused the worker: the token is wrong/u)));
    await next.printed(/"msg":"leader refused: UNAUTHORIZED: the token is wrong/u);
    files.givePeers('july');
    await Promise.all([first, second].map((worker) => worker.printed(/^worker ready again/u, 2)));
    await load.goesOn();
    await load.end();

    // Who has but the one token does not come back.
    expect(await stubborn.exited()).toBe(2);
    expect(stubborn.output).toMatch(/error: hub .* refused the worker: the token is wrong; pass the hub's by .*--token/u);
    await using status = new Command(['status', '--hub', url, '--token-file', files.of('observer')]);
    expect(await status.exited()).toBe(0);
    expect(status.output).toMatch(/1 leader, 2 workers with 2 slots, 0 jobs/u);
    expect(hub.output + next.output).not.toMatch(/(leader|worker|observer)-(may|june|july)/u);
    // Some programs are started, one after the other.
  }, 60_000);

  it('that are stale are told from a hub that does not answer, with a hint, within a second', async () => {
    await using folder = await temporaryDirectory();
    const files = new TokenFiles(folder.path);
    files.giveHub('june');
    files.givePeers('may');
    await using hub = await startHubCommand('--tokens-file', files.ofHub);
    const { url } = hub;
    const tokenOf = (role: (typeof roles)[number]) => (): string => readFileSync(files.of(role), 'utf8').trim();
    const peers = [
      connect(url, { token: tokenOf('leader'), connectTimeout: 1_000 }),
      startWorker({ hub: url, operations: [square], token: tokenOf('worker'), connectTimeout: 1_000 }),
      fetchStatus(url, { token: tokenOf('observer'), connectTimeout: 1_000 }),
    ];
    for (const error of await Promise.all(peers.map(rejectionOf))) {
      const message = expect.stringMatching(/the token is wrong; pass the hub's by the option token/u) as unknown;
      expect(error).toMatchObject({ code: 'UNAUTHORIZED', message });
    }
    await using worker = new Command(['worker', operations, '--hub', url, '--token-file', files.of('worker'), '--threads', '1']);
    await using status = new Command(['status', '--hub', url, '--token-file', files.of('observer')]);
    expect(await worker.exited()).toBe(2);
    expect(worker.output).toMatch(/^error: hub .* refused the worker: the token is wrong; pass the hub's by /u);
    expect(await status.exited()).toBe(2);
    expect(status.output).toMatch(/^error: hub .* refused the observer: the token is wrong; pass the hub's by /u);
  });
});
