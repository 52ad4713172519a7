import { setTimeout as sleep } from 'node:timers/promises';
import type { HubStatus } from 'paladin-rx/server';
import type { ChildProgram, ChildOptions } from './child-program.js';
import { paladin } from './paladin.js';

/** How often the hub is started again when something else has its port for a moment, such as a connection that is being made. */
const mostTries = 50;

/** A hub that can be killed and started again where it was. */
export class RestartableHub implements AsyncDisposable {
  readonly name = 'hub';
  readonly port: number;
  readonly #options: ChildOptions;
  #program: ChildProgram;

  private constructor(program: ChildProgram, port: number, options: ChildOptions) {
    this.#program = program;
    this.port = port;
    this.#options = options;
  }

  /** Starts a hub on a free port. */
  static async start(options: ChildOptions = {}): Promise<RestartableHub> {
    const program = paladin('hub', ['hub', '--port', '0'], options);
    const line = await program.printed(/^hub listening on/u);
    return new RestartableHub(program, Number(new URL(line.replace('hub listening on ', '')).port), options);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async kill(): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }

  /** Starts it again on the same port; resolves once it listens. */
  async restart(): Promise<void> {
    const { onUnexpectedEnd, ...quietly } = this.#options;
    for (let tries = 1; ; tries += 1) {
      let listens = false;
      this.#program = paladin('hub', ['hub', '--port', String(this.port)], {
        ...quietly,
        onUnexpectedEnd: (story) => {
          if (listens) onUnexpectedEnd?.(story);
        },
      });
      try {
        await this.#program.printed(/^hub listening on/u);
        listens = true;
        return;
      } catch (error) {
        if (tries === mostTries) throw error;
        await sleep(100);
      }
    }
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

  /** What `paladin status --json` says. */
  async status(): Promise<HubStatus> {
    const status = paladin('status', ['status', '--json', '--hub', this.url]);
    status.letEnd();
    const code = await status.exited;
    if (code !== 0) throw new Error(`paladin status ended with ${code}:\n${status.lastLines}`);
    // The command prints what `fetchStatus` returns.
    return JSON.parse(status.lastLines) as HubStatus;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }
}
