import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

/** A hub and workers that run beside this program. Disposing of it ends them, and waits until they are gone. */
export interface Cluster extends AsyncDisposable {
  readonly hubUrl: string;
}

/** The `paladin` command of this very package; in a project of your own it is `npx paladin`. */
const paladin = fileURLToPath(new URL('dist/server/command/paladin.js', import.meta.resolve('paladin-rx/package.json')));

/**
 * Starts what one would start by hand, each in a terminal of its own:
 *
 *   paladin hub --port 0
 *   paladin worker operations.js --threads 1 --hub http://127.0.0.1:…
 */
export async function startCluster(operations: URL, workers: number): Promise<Cluster> {
  const processes = new Processes();
  try {
    const [, hubUrl = ''] = await processes.start(['hub', '--port', '0'], /^hub listening on (\S+)$/mu);
    const worker = ['worker', fileURLToPath(operations), '--threads', '1', '--hub', hubUrl];
    await Promise.all(Array.from({ length: workers }, () => processes.start(worker, /^worker ready/mu)));
    return { hubUrl, [Symbol.asyncDispose]: () => processes.end() };
  } catch (error) {
    await processes.end();
    throw error;
  }
}

/** Processes that end with this one, however it ends (unless it is killed outright). */
class Processes {
  readonly #running = new Set<ChildProcess>();
  #ending = false;

  constructor() {
    process.on('exit', () => {
      for (const child of this.#running) child.kill('SIGKILL');
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        void this.end().then(() => process.exit(128 + constants.signals[signal]));
      });
    }
  }

  /** Runs the paladin command; resolves once it has printed what the pattern looks for. */
  async start(args: readonly string[], pattern: RegExp): Promise<RegExpExecArray> {
    const child = spawn(process.execPath, [paladin, ...args], {
      env: withoutSettings(process.env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#running.add(child);
    child.once('close', () => this.#running.delete(child));
    return await new Promise((resolve, reject) => {
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text;
          const match = pattern.exec(output);
          if (match !== null) resolve(match);
        });
      }
      child.once('close', () => {
        if (!this.#ending) reject(new Error(`paladin ${args.join(' ')} ended by itself:\n${output}`));
      });
    });
  }

  /** Asks all to end, and kills those that have not within two seconds. */
  async end(): Promise<void> {
    this.#ending = true;
    const children = [...this.#running];
    const ended = Promise.all(children.map((child) => once(child, 'close')));
    for (const child of children) child.kill('SIGTERM');
    const impatience = setTimeout(() => {
      for (const child of children) child.kill('SIGKILL');
    }, 2_000);
    await ended;
    clearTimeout(impatience);
  }
}

/** The environment without the settings of the command, PALADIN_TOKEN and so on: they are meant for another hub. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('PALADIN_')));
}
