import { EventEmitter, once } from 'node:events';
import { ChildProgram } from '../processes/child-program.js';
import { monotonicMs } from '../processes/clock.js';
import type { JobEnd, LeaderCommand, LeaderLine } from './leader-lines.js';
import { RecoveryWatch } from './recovery.js';
import type { TcpProxy } from './tcp-proxy.js';

/** Who is told of what a leader does. */
export interface LeaderEvents {
  readonly ended: (job: JobEnd) => void;
  readonly problem: (story: string) => void;
}

/** A leader in a process of its own, and its link. */
export class LeaderProcess implements AsyncDisposable {
  readonly proxy: TcpProxy;
  readonly #program: ChildProgram;
  readonly #watch = new RecoveryWatch();
  readonly #lines = new EventEmitter<{ ready: []; stopped: []; large: [] }>();

  private constructor(name: string, seed: number, proxy: TcpProxy, events: LeaderEvents) {
    this.proxy = proxy;
    this.#program = new ChildProgram(name, 'test/chaos/leader.js', [proxy.url, String(seed), name], {
      onLine: (text) => {
        // What leaders print is defined by LeaderLine.
        const line = JSON.parse(text) as LeaderLine;
        switch (line.type) {
          case 'progress':
            this.#watch.report(line);
            break;
          case 'job':
            events.ended(line);
            if (line.shape === 'large') this.#lines.emit('large');
            break;
          case 'ready':
          case 'stopped':
            this.#lines.emit(line.type);
            break;
        }
      },
      onUnexpectedEnd: events.problem,
    });
  }

  /** Resolves when the leader has connected; its probe and its jobs run from then on. */
  static async start(name: string, seed: number, proxy: TcpProxy, events: LeaderEvents): Promise<LeaderProcess> {
    const leader = new LeaderProcess(name, seed, proxy, events);
    await leader.#said('ready');
    return leader;
  }

  /** How long it takes from now until all that is under way for the probe has come back; see {@link RecoveryWatch}. */
  async recovery(): Promise<number> {
    return await this.#watch.recovery(monotonicMs());
  }

  /** Has it run a job of large values; resolves at its end. */
  async runLarge(labels: readonly string[]): Promise<void> {
    const ended = once(this.#lines, 'large');
    this.#tell({ type: 'large', labels });
    await ended;
  }

  /** Resolves when everything that was running has ended, and the leader has too. */
  async stop(): Promise<void> {
    this.#program.letEnd();
    const stopped = this.#said('stopped');
    this.#tell({ type: 'stop' });
    await stopped;
    await this.#program.exited;
  }

  get name(): string {
    return this.#program.name;
  }

  get lastLines(): string {
    return this.#program.lastLines;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }

  async #said(type: 'ready' | 'stopped'): Promise<void> {
    const gone = this.#program.exited.then((how) => {
      throw new Error(`${this.#program.name} ended with ${how} before it was ${type}:\n${this.#program.lastLines}`);
    });
    gone.catch(() => undefined);
    await Promise.race([once(this.#lines, type), gone]);
  }

  #tell(command: LeaderCommand): void {
    this.#program.write(JSON.stringify(command));
  }
}
