import { fileURLToPath } from 'node:url';
import { Cleanup } from './cleanup.js';
import { nodeProgram, Program } from './program.js';

/** What a worker executes in: threads beside its connection, or the connection's own thread. */
export type WorkerKind = { readonly threads: number } | { readonly inline: true };

/** What a cluster is made of. */
export interface ClusterOptions {
  /** One process each. */
  readonly workers: readonly WorkerKind[];
  /**
   * Programs of the bench's own in place of the `paladin` command: the same hub and threads, started by `startHub` and
   * `startWorker`, that can be asked what they use (see `Program.ask`).
   */
  readonly observed?: boolean;
}

const command = 'server/command/paladin.js';
const operations = fileURLToPath(new URL('../work/operations.js', import.meta.url));

/** A hub and its workers, each a process on this machine. */
export class Cluster implements AsyncDisposable {
  readonly url: string;
  readonly hub: Program;
  readonly workers: readonly Program[];
  readonly #cleanup: Cleanup;

  private constructor(url: string, hub: Program, workers: readonly Program[], cleanup: Cleanup) {
    this.url = url;
    this.hub = hub;
    this.workers = workers;
    this.#cleanup = cleanup;
  }

  static async start({ workers, observed = false }: ClusterOptions): Promise<Cluster> {
    const cleanup = new Cleanup();
    const hub = cleanup.use(
      await Program.start(
        observed
          ? nodeProgram('bench/programs/observed-hub.js', [], /^hub listening/u)
          : nodeProgram(command, ['hub', '--port', '0'], /^hub listening/u),
      ),
    );
    const url = hub.line.replace('hub listening on ', '');
    const started: Program[] = [];
    for (const kind of workers) {
      const place = 'inline' in kind ? ['--inline'] : ['--threads', String(kind.threads)];
      started.push(
        cleanup.use(
          await Program.start(
            observed && 'threads' in kind
              ? nodeProgram('bench/programs/observed-worker.js', [url, String(kind.threads)], /^worker ready/u)
              : nodeProgram(command, ['worker', operations, '--hub', url, ...place], /^worker ready/u),
          ),
        ),
      );
    }
    return new Cluster(url, hub, started, cleanup);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cleanup[Symbol.asyncDispose]();
  }
}
