import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A program that was started as a user would, as the head of a process group of its own. */
export class RunningProgram {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #stdout = '';
  #stderr = '';

  /** @param args a program below the project's folder, and its arguments */
  constructor(args: readonly string[]) {
    const { PATH, HOME } = process.env;
    this.#child = spawn(process.execPath, args, {
      cwd: root,
      env: { PATH, HOME },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    // Its end, not that of its pipes: those stay open for as long as a process that it left behind holds them.
    this.#ended = once(this.#child, 'exit');
  }

  /** Resolves with the match once the program has printed what the pattern looks for. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#stdout);
      if (match !== null) return match;
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new Error(`ended without printing ${String(pattern)}:\n${this.#stdout}${this.#stderr}`);
      }
      await Promise.race([this.#ended, this.#child.stdout && once(this.#child.stdout, 'data')]);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits for the end of the program, and then ends what it has left behind. */
  async ended(): Promise<{ status: number | NodeJS.Signals | null; stdout: string; stderr: string; leftBehind: boolean }> {
    await this.#ended;
    const leftBehind = this.killAll();
    await Promise.all(
      [this.#child.stdout, this.#child.stderr].map(async (pipe) => pipe?.closed === false && once(pipe, 'close')),
    );
    const { exitCode, signalCode } = this.#child;
    return { status: exitCode ?? signalCode, stdout: this.#stdout, stderr: this.#stderr, leftBehind };
  }

  /** Kills the program and all that it has started; whether there was anything to kill. */
  killAll(): boolean {
    if (this.#child.pid === undefined) return false;
    try {
      return process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      return false; // The group is empty.
    }
  }
}
