import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** How to start a program. */
export interface ProgramOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** A line that it prints when it is ready. */
  readonly ready: RegExp;
}

/** The compiled program at a path relative to `dist`. */
export function nodeProgram(path: string, args: readonly string[], ready: RegExp): ProgramOptions {
  const file = fileURLToPath(new URL(`../../${path}`, import.meta.url));
  return { command: process.execPath, args: [file, ...args], ready };
}

/** A program of its own process, ended with its owner, or with this process, whichever is first. */
export class Program implements AsyncDisposable {
  /** What it printed when it was ready. */
  readonly line: string;
  readonly #process: ChildProcess;
  readonly #kill: () => void;
  #ending = false;

  private constructor(child: ChildProcess, name: string, line: string, kill: () => void) {
    this.#process = child;
    this.#kill = kill;
    this.line = line;
    child.once('exit', (code, signal) => {
      process.off('exit', kill);
      if (this.#ending) return;
      // Whoever works with it would wait for ever.
      console.error(`${name} ended unexpectedly, with ${code ?? signal}`);
      process.exit(1);
    });
  }

  static async start({ command, args, ready }: ProgramOptions): Promise<Program> {
    const name = [command === process.execPath ? 'node' : command, ...args].join(' ');
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      // Of a group of its own, so that an interrupt from the terminal reaches this process alone, which then ends it.
      detached: true,
    });
    const kill = (): void => {
      child.kill('SIGKILL');
    };
    process.once('exit', kill);
    const { stdout } = child;
    if (stdout === null) throw new Error('a pipe was asked for');
    const failed = once(child, 'error').then(([error]) => {
      throw error instanceof Error ? error : new Error(String(error));
    });
    const started = (async (): Promise<Program> => {
      for await (const line of createInterface({ input: stdout })) {
        if (!ready.test(line)) continue;
        stdout.resume();
        return new Program(child, name, line, kill);
      }
      throw new Error(`${name} ended before it was ready`);
    })();
    try {
      return await Promise.race([started, failed]);
    } catch (error) {
      kill();
      process.off('exit', kill);
      throw error;
    }
  }

  get pid(): number {
    const { pid } = this.#process;
    if (pid === undefined) throw new Error('the program has not started');
    return pid;
  }

  /** Asks a program that answers (see `programs/answering.ts`); one question at a time. */
  async ask(question: string): Promise<unknown> {
    const answered = once(this.#process, 'message');
    this.#process.send(question);
    const [answer] = (await answered) as [unknown];
    return answer;
  }

  tell(message: string): void {
    this.#process.send(message);
  }

  /** Calls back with each message that the program sends. */
  onMessage(listener: (message: unknown) => void): void {
    this.#process.on('message', listener);
  }

  /** The program is to end by itself from now on. */
  async ended(): Promise<void> {
    this.#ending = true;
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    await once(this.#process, 'exit');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = this.ended();
    this.#kill();
    await ended;
  }
}
