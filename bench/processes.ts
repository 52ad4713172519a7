import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A program of its own process, ended with its owner. */
export class Program implements AsyncDisposable {
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  /**
   * Starts a compiled program.
   *
   * @param path relative to `dist`
   * @param ready a line that it prints when it is ready
   * @returns the program, and the line
   */
  static async start(path: string, args: readonly string[], ready: RegExp): Promise<{ program: Program; line: string }> {
    const url = new URL(`../${path}`, import.meta.url);
    const child = spawn(process.execPath, [fileURLToPath(url), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface({ input: child.stdout })) {
      if (!ready.test(line)) continue;
      child.stdout.resume();
      return { program: new Program(child), line };
    }
    throw new Error(`${path} ended before it was ready`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }
}
