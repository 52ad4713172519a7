import { fileURLToPath } from 'node:url';
import type { ChildProgram } from '../processes/child-program.js';
import { paladin } from '../processes/paladin.js';
import type { TcpProxy } from './tcp-proxy.js';

const operations = fileURLToPath(new URL('operations.js', import.meta.url));

/** A place for a worker: its link, and the process that is there now. */
export class WorkerProcess implements AsyncDisposable {
  readonly proxy: TcpProxy;
  readonly name: string;
  readonly #problem: (story: string) => void;
  #program: ChildProgram;

  private constructor(name: string, proxy: TcpProxy, problem: (story: string) => void) {
    this.name = name;
    this.proxy = proxy;
    this.#problem = problem;
    this.#program = this.#start();
  }

  /** Resolves when the hub has taken the worker, which carries its name as a label. */
  static async start(name: string, proxy: TcpProxy, problem: (story: string) => void): Promise<WorkerProcess> {
    const worker = new WorkerProcess(name, proxy, problem);
    await worker.#ready();
    return worker;
  }

  /** Kills the process at once, and starts another; resolves when the hub has taken that. */
  async replace(): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
    this.#program = this.#start();
    await this.#ready();
  }

  freeze(): void {
    this.#program.kill('SIGSTOP');
  }

  thaw(): void {
    this.#program.kill('SIGCONT');
  }

  get lastLines(): string {
    return this.#program.lastLines;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }

  #start(): ChildProgram {
    const options = ['--threads', '2', '--name', this.name, '--labels', this.name];
    return paladin(this.name, ['worker', operations, '--hub', this.proxy.url, ...options], { onUnexpectedEnd: this.#problem });
  }

  async #ready(): Promise<void> {
    await this.#program.printed(/^worker ready/u);
  }
}
