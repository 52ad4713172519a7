import { fileURLToPath } from 'node:url';
import { fetchStatus, type HubStatus } from 'paladin-rx/server';
import { Cleanup } from '../../bench/processes/cleanup.js';
import { ChildProgram, type ChildOptions } from '../processes/child-program.js';
import { paladin } from '../processes/paladin.js';
import type { Measurement } from '../soak/measure.js';
import type { Tokens } from './wire/handshake.js';

/** What the hub has in use. */
export interface HubMeasurement extends Measurement {
  readonly rssBytes: number;
}

/** How much a hub has to do. */
export interface HubLoad {
  /** Of its event loop. */
  readonly longestTurnMs: number;
  /** The part of a core that it took. */
  readonly busy: number;
}

/** What a healthy leader has done so far. */
export interface Progress {
  readonly emitted: number;
  readonly folds: number;
  /** What was not as it should be. */
  readonly wrong: readonly string[];
}

const operations = fileURLToPath(new URL('operations.js', import.meta.url));

/** What no program may print, whatever is sent to it. */
const alarming = /unhandled|uncaught|MaxListenersExceeded|FATAL ERROR|RangeError|TypeError/iu;

/** A hub, a worker and a healthy leader, each a process. */
export class FuzzCluster implements AsyncDisposable {
  readonly url: string;
  readonly #tokens: Tokens;
  readonly #hub: ChildProgram;
  readonly #leader: ChildProgram;
  readonly #worker: ChildProgram;
  readonly #cleanup: Cleanup;

  private constructor(
    url: string,
    tokens: Tokens,
    programs: readonly [ChildProgram, ChildProgram, ChildProgram],
    cleanup: Cleanup,
  ) {
    this.url = url;
    this.#tokens = tokens;
    [this.#hub, this.#worker, this.#leader] = programs;
    this.#cleanup = cleanup;
  }

  static async start(tokens: Tokens, problem: (story: string) => void): Promise<FuzzCluster> {
    const cleanup = new Cleanup();
    const options: ChildOptions = { onUnexpectedEnd: problem };
    try {
      const hub = cleanup.use(
        new ChildProgram('hub', 'test/fuzz/hub.js', [tokens.leader, tokens.worker, tokens.observer], {
          ...options,
          nodeFlags: ['--expose-gc'],
        }),
      );
      const url = (await hub.printed(/^hub listening/u)).replace('hub listening on ', '');
      const args = ['worker', operations, '--hub', url, '--token', tokens.worker, '--threads', '2', '--name', 'healthy'];
      const worker = cleanup.use(paladin('worker', args, options));
      await worker.printed(/^worker ready/u);
      const leader = cleanup.use(new ChildProgram('leader', 'test/fuzz/leader.js', [url, tokens.leader], options));
      await leader.printed(/^leader ready/u);
      return new FuzzCluster(url, tokens, [hub, worker, leader], cleanup);
    } catch (error) {
      await cleanup[Symbol.asyncDispose]();
      throw error;
    }
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Of the hub's process. */
  get hubPid(): number {
    return this.#hub.pid;
  }

  /** As an observer sees it. */
  async status(): Promise<HubStatus> {
    return await fetchStatus(this.url, { token: this.#tokens.observer });
  }

  // The programs answer with what these say.

  async measure(): Promise<HubMeasurement> {
    return (await this.#hub.ask('measure')) as HubMeasurement;
  }

  async doorEvents(): Promise<Readonly<Record<string, number>>> {
    return (await this.#hub.ask('doorEvents')) as Readonly<Record<string, number>>;
  }

  /** Since it was asked the last time. */
  async load(): Promise<HubLoad> {
    return (await this.#hub.ask('load')) as HubLoad;
  }

  async latenciesMs(): Promise<readonly number[]> {
    return (await this.#leader.ask('latencies')) as readonly number[];
  }

  async progress(): Promise<Progress> {
    return (await this.#leader.ask('progress')) as Progress;
  }

  /** Ends the work of the healthy leader, which stays. */
  async stopLeader(): Promise<Progress> {
    return (await this.#leader.ask('stop')) as Progress;
  }

  /** Lines that none of the programs should have printed. */
  alarms(): string[] {
    return [this.#hub, this.#worker, this.#leader].flatMap(({ name, lastLines }) =>
      lastLines
        .split('\n')
        .filter((line) => alarming.test(line))
        .map((line) => `${name} printed: ${line}`),
    );
  }

  /** What the programs printed last. */
  get story(): string {
    return [this.#hub, this.#worker, this.#leader].map(({ name, lastLines }) => `── ${name}\n${lastLines}`).join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cleanup[Symbol.asyncDispose]();
  }
}
