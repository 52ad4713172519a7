import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const paladin = fileURLToPath(new URL('../../dist/server/command/paladin.js', import.meta.url));

/** A running `paladin` command, as a user starts it. */
export class Command implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #lines: string[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #exited: Promise<number | string>;
  #isOver = false;

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#process = spawn(process.execPath, [paladin, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.#lines.push(line);
        this.#wake();
      });
    }
    this.#exited = once(this.#process, 'close').then(([code, signal]: (number | string)[]) => {
      this.#isOver = true;
      this.#wake();
      return code ?? signal ?? 'gone';
    });
  }

  /** Everything printed so far, on both streams. */
  get output(): string {
    return this.#lines.join('\n');
  }

  /** The first printed line that matches, or a later one; rejects when the command ends without it. */
  async printed(pattern: RegExp, nth = 1): Promise<string> {
    for (;;) {
      const line = this.#lines.filter((each) => pattern.test(each))[nth - 1];
      if (line !== undefined) return line;
      if (this.#isOver) throw new Error(`ended without printing ${String(pattern)}:\n${this.output}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** How it ended: its exit code, or the signal that killed it. */
  exited(): Promise<number | string> {
    return this.#exited;
  }

  /** Goes away from its output, as `head` does. */
  stopReading(): void {
    this.#process.stdout?.destroy();
    this.#process.stderr?.destroy();
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOver) this.#process.kill('SIGKILL');
    await this.#exited;
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** Starts a hub on a free port. */
export async function startHubCommand(...args: string[]): Promise<Command & { readonly url: string }> {
  const hub = new Command(['hub', '--port', '0', ...args]);
  const line = await hub.printed(/^hub listening on/u);
  return Object.assign(hub, { url: line.replace('hub listening on ', '') });
}

export const operations: string = fileURLToPath(new URL('../fixtures/command-operations.ts', import.meta.url));

/** Starts a worker with the operations of the fixture, and waits until the hub has it. */
export async function startWorkerCommand(url: string, ...args: string[]): Promise<Command> {
  const worker = new Command(['worker', operations, '--hub', url, ...args]);
  await worker.printed(/^worker ready/u);
  return worker;
}
