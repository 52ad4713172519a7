import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** How a program is started, and who is told of it. */
export interface ChildOptions {
  /** Flags of Node itself. */
  readonly nodeFlags?: readonly string[];
  /** Gets each line of standard output, in place of `printed`. */
  readonly onLine?: (line: string) => void;
  /** Told when the program ends although nobody ended it. */
  readonly onUnexpectedEnd?: (story: string) => void;
}

/** So much of what a program printed last is kept, to be shown when something went wrong. */
const keptLines = 200;

/**
 * A compiled program in a process of its own, which ends with its owner or with this process, whichever is first. It heads a
 * process group of its own, so that an interrupt from the terminal reaches this process alone.
 */
export class ChildProgram implements AsyncDisposable {
  readonly name: string;
  /** How it ended: its exit code, or the signal that killed it. */
  readonly exited: Promise<number | string>;
  readonly #process: ChildProcess;
  readonly #lines: string[] = [];
  readonly #waiting = new Set<() => void>();
  #isOver = false;
  #mayEnd = false;

  /**
   * @param name for people
   * @param path the program's path below `dist`
   */
  constructor(name: string, path: string, args: readonly string[], options: ChildOptions = {}) {
    this.name = name;
    const file = fileURLToPath(new URL(`../../${path}`, import.meta.url));
    this.#process = spawn(process.execPath, [...(options.nodeFlags ?? []), file, ...args], {
      stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    const kill = (): void => {
      this.#process.kill('SIGKILL');
    };
    process.once('exit', kill);
    this.#read(this.#process.stdout, options.onLine);
    this.#read(this.#process.stderr);
    // What is written to a program that has just ended goes nowhere.
    this.#process.stdin?.on('error', () => undefined);
    this.exited = once(this.#process, 'close').then(([code, signal]: (number | string | null)[]) => {
      process.off('exit', kill);
      this.#isOver = true;
      const how = code ?? signal ?? 'gone';
      if (!this.#mayEnd) options.onUnexpectedEnd?.(`${name} ended with ${how}:\n${this.lastLines}`);
      this.#wake();
      return how;
    });
  }

  get pid(): number {
    const { pid } = this.#process;
    if (pid === undefined) throw new Error(`${this.name} has not started`);
    return pid;
  }

  /** What it printed last, on both streams. */
  get lastLines(): string {
    return this.#lines.join('\n');
  }

  /** The first of the last lines that matches, once there is one; rejects when the program ends without it. */
  async printed(pattern: RegExp): Promise<string> {
    for (;;) {
      const line = this.#lines.find((each) => pattern.test(each));
      if (line !== undefined) return line;
      if (this.#isOver) throw new Error(`${this.name} ended without printing ${String(pattern)}:\n${this.lastLines}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  write(line: string): void {
    this.#process.stdin?.write(`${line}\n`);
  }

  /** Asks a program that answers (see `answering.ts`); one question at a time. Rejects when it ends instead. */
  async ask(question: string): Promise<unknown> {
    const answered = once(this.#process, 'message');
    this.#process.send(question);
    const gone = this.exited.then((how) => {
      throw new Error(`${this.name} ended with ${how} when it was asked '${question}':\n${this.lastLines}`);
    });
    const [answer] = (await Promise.race([answered, gone])) as unknown[];
    return answer;
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** From now on the program may end, by itself or by a signal. */
  letEnd(): void {
    this.#mayEnd = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.letEnd();
    if (!this.#isOver) this.#process.kill('SIGKILL');
    await this.exited;
  }

  #read(stream: NodeJS.ReadableStream | null, onLine?: (line: string) => void): void {
    if (stream === null) throw new Error('a pipe was asked for');
    createInterface({ input: stream }).on('line', (line) => {
      if (onLine !== undefined) {
        onLine(line);
        return;
      }
      this.#lines.push(line);
      if (this.#lines.length > keptLines) this.#lines.shift();
      this.#wake();
    });
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
