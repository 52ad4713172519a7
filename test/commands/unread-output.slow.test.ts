import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { connect } from 'paladin-rx';
import { fetchStatus } from 'paladin-rx/server';
import { describe, expect, it } from 'vitest';
import { print } from '../fixtures/command-operations.js';
import { freePort } from '../support/free-port.js';
import { operations } from './command.js';

const paladin = fileURLToPath(new URL('../../dist/server/command/paladin.js', import.meta.url));
const token = 'what is asked for';

class Process implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly #exited: Promise<unknown[]>;

  constructor(args: readonly string[], output: number | 'pipe') {
    this.child = spawn(process.execPath, [paladin, ...args, '--token', token], { stdio: ['ignore', output, output] });
    this.#exited = once(this.child, 'exit');
  }

  async ended(): Promise<unknown> {
    this.child.kill('SIGTERM');
    const [code, signal] = await this.#exited;
    return code ?? signal;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL');
    await this.#exited;
  }
}

describe('a hub and a worker whose output', () => {
  it.each(['nobody reads', 'goes to a full disk'])('%s go on, and end in good order', async (fate) => {
    const output = fate === 'nobody reads' ? 'pipe' : openSync('/dev/full', 'w');
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    await using hub = new Process(['hub', '--port', String(port)], output);
    await using worker = new Process(['worker', operations, '--hub', url, '--inline'], output);
    await expect.poll(async () => (await fetchStatus(url, { token })).workers.length, { timeout: 20_000 }).toBe(1);
    const strangers = Array.from({ length: 300 }, () => connect(url, { token: 'another' }).catch((error: unknown) => error));
    expect(await Promise.all(strangers)).toContainEqual(expect.objectContaining({ code: 'UNAUTHORIZED' }));
    await using runtime = await connect(url, { token });
    for (let at = 0; at < 20; at += 1) expect(await runtime.run(print, 1_000)).toBe(1_000);
    await runtime.close();
    expect(await worker.ended()).toBe(0);
    expect(await hub.ended()).toBe(0);
    if (typeof output === 'number') closeSync(output);
  });
});
