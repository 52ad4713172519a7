import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cleanup } from './cleanup.js';
import { Program } from './program.js';

const command = 'redis-server';

/** The version of the Redis server that is installed; undefined when none is. */
export function redisVersion(): string | undefined {
  const { stdout, error } = spawnSync(command, ['--version'], { encoding: 'utf8' });
  return error === undefined ? /v=(\S+)/u.exec(stdout)?.[1] : undefined;
}

/**
 * A Redis server of the bench's own: on loopback, and keeping everything in memory, which is the quickest that it can be held.
 */
export class Redis implements AsyncDisposable {
  readonly port: number;
  readonly #cleanup: Cleanup;

  private constructor(port: number, cleanup: Cleanup) {
    this.port = port;
    this.#cleanup = cleanup;
  }

  static async start(): Promise<Redis> {
    const cleanup = new Cleanup();
    const folder = mkdtempSync(join(tmpdir(), 'paladin-bench-redis-'));
    const remove = (): void => {
      rmSync(folder, { recursive: true, force: true });
    };
    process.once('exit', remove);
    cleanup.defer(() => {
      process.off('exit', remove);
      remove();
    });
    const port = await freePort();
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
    cleanup.use(await Program.start({ command, args, ready: /Ready to accept connections/u }));
    return new Redis(port, cleanup);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cleanup[Symbol.asyncDispose]();
  }
}

/** Redis cannot be told to choose one. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server has an address of this kind.
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
