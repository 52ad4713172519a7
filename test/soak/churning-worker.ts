import { fileURLToPath } from 'node:url';
import type { ChildProgram } from '../processes/child-program.js';
import { paladin } from '../processes/paladin.js';

const operations = fileURLToPath(new URL('operations.js', import.meta.url));

/** A worker that is drained now and then, and started anew. */
export class ChurningWorker implements AsyncDisposable {
  readonly #hub: string;
  readonly #problem: (story: string) => void;
  #program: ChildProgram;

  private constructor(hub: string, problem: (story: string) => void) {
    this.#hub = hub;
    this.#problem = problem;
    this.#program = this.#start();
  }

  static async start(hub: string, problem: (story: string) => void): Promise<ChurningWorker> {
    const worker = new ChurningWorker(hub, problem);
    await worker.#program.printed(/^worker ready/u);
    return worker;
  }

  /** Drains it while it works; resolves when the hub has the new one. */
  async renew(): Promise<void> {
    this.#program.letEnd();
    this.#program.kill('SIGTERM');
    const code = await this.#program.exited;
    if (code !== 0) this.#problem(`a worker that was drained ended with ${code}:\n${this.#program.lastLines}`);
    this.#program = this.#start();
    await this.#program.printed(/^worker ready/u);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }

  #start(): ChildProgram {
    return paladin('churning worker', ['worker', operations, '--hub', this.#hub, '--threads', '1'], {
      onUnexpectedEnd: this.#problem,
    });
  }
}
