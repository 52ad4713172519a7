import { Command } from 'commander';
import { PaladinError } from '../../src/errors/paladin-error.js';
import { leastRenewMb, leastThreadMemoryMb, mostThreadMemoryMb } from '../../src/executor/limits.js';
import { longestTimerMs, maxSlots, maxThreads } from '../../src/limits.js';
import { logOptions, type LogOptions } from './log.js';
import { hubOption, names, option, tokenOptions, wholeNumber } from './options.js';
import { tokenShown } from './token-file.js';
import { WorkerProgram } from './worker-program.js';

interface Options extends LogOptions {
  readonly hub: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly threads?: number;
  readonly threadMemoryMb?: number;
  readonly threadStartTimeout?: number;
  readonly threadRenewAfterTasks?: number;
  readonly threadRenewAboveMb?: number;
  readonly inline?: boolean;
  readonly slots?: number;
  readonly drainTimeout?: number;
  readonly healthPort?: number;
  readonly healthHost?: string;
  readonly labels: string[];
  readonly name: string;
}

export function workerCommand(): Command {
  const [token, tokenFile] = tokenOptions();
  const [logLevel, logFormat] = logOptions();
  return new Command('worker')
    .description('run a worker: execute the operations that the modules export')
    .argument(
      '<modules...>',
      'what exports operations and monoids: .js, .mjs, .cjs, .ts, .mts, .cts or .tsx files, or names of packages',
    )
    .addOption(hubOption())
    .addOption(token)
    .addOption(tokenFile)
    .addOption(
      option('--threads <number>', 'threads that execute operations (default: one a core)').argParser(wholeNumber(1, maxThreads)),
    )
    .addOption(
      option('--thread-memory-mb <megabytes>', "the most memory of each thread's objects (default: what Node allows)").argParser(
        wholeNumber(leastThreadMemoryMb, mostThreadMemoryMb),
      ),
    )
    .addOption(
      option('--thread-start-timeout <ms>', 'how long a thread may take to load the modules (default: 60,000)').argParser(
        wholeNumber(1, longestTimerMs),
      ),
    )
    .addOption(
      option('--thread-renew-after-tasks <number>', 'replace a thread after so many tasks (default: never)').argParser(
        wholeNumber(1, Number.MAX_SAFE_INTEGER),
      ),
    )
    .addOption(
      option(
        '--thread-renew-above-mb <megabytes>',
        'replace a thread that takes more memory after a batch (default: never)',
      ).argParser(wholeNumber(leastRenewMb, mostThreadMemoryMb)),
    )
    .addOption(option('--inline', 'execute in the main thread, for operations that wait rather than compute'))
    .addOption(
      option('--slots <number>', 'with --inline: batches worked on at once (default: 4)').argParser(wholeNumber(1, maxSlots)),
    )
    .addOption(
      option('--labels <list>', 'labels by which jobs may choose workers, by commas').argParser(names).default([], 'none'),
    )
    .addOption(
      option(
        '--drain-timeout <ms>',
        'how long draining may take, from SIGTERM or SIGINT; what runs then is handed back (default: as long as what runs; 20 s for a hub that is away)',
      ).argParser(wholeNumber(0, longestTimerMs)),
    )
    .addOption(
      option(
        '--health-port <number>',
        'the port on which /healthz and /readyz say how it is, and /metrics counts; 0: any free port',
      ).argParser(wholeNumber(0, 65_535)),
    )
    .addOption(option('--health-host <address>', 'with --health-port: the address to listen on (default: 127.0.0.1)'))
    .addOption(option('--name <text>', 'a name for people').default('', 'none'))
    .addOption(logLevel)
    .addOption(logFormat)
    .action(runWorker);
}

async function runWorker(
  modules: readonly string[],
  { hub, inline = false, drainTimeout = Infinity, labels, name, ...options }: Options,
): Promise<void> {
  const program = new WorkerProgram({ hub, log: options, drainTimeout });
  const { token, tokenFile, threads, slots, healthPort, healthHost } = options;
  const { threadMemoryMb, threadStartTimeout, threadRenewAfterTasks, threadRenewAboveMb } = options;
  checkPlaces(inline, threads, slots);
  if (healthHost !== undefined && healthPort === undefined) {
    throw invalid('expected --health-host (PALADIN_HEALTH_HOST) beside a --health-port only');
  }
  // Loaded by the command that needs it, so that the others start sooner.
  const { startWorker } = await import('../../src/worker/start-worker.js');
  const worker = await startWorker({
    hub,
    modules,
    inline,
    labels,
    name,
    connectTimeout: Infinity,
    ...program.listeners,
    ...tokenShown(token, tokenFile),
    ...(threads === undefined ? {} : { threads }),
    ...(threadMemoryMb === undefined ? {} : { threadMemoryMb }),
    ...(threadStartTimeout === undefined ? {} : { threadStartTimeout }),
    ...(threadRenewAfterTasks === undefined ? {} : { threadRenewAfterTasks }),
    ...(threadRenewAboveMb === undefined ? {} : { threadRenewAboveMb }),
    ...(slots === undefined ? {} : { slots }),
    ...(healthPort === undefined ? {} : { healthPort }),
    ...(healthHost === undefined ? {} : { healthHost }),
  });
  program.ready(worker, `${worker.slots} ${inline ? 'inline slots' : worker.slots === 1 ? 'thread' : 'threads'}`);
}

/** @throws {@link PaladinError} `INVALID_INPUT` when batches are counted in what the worker does not have */
function checkPlaces(inline: boolean, threads: number | undefined, slots: number | undefined): void {
  if (inline && threads !== undefined) {
    throw invalid('expected --slots rather than --threads (PALADIN_THREADS): with --inline there is one thread');
  }
  if (!inline && slots !== undefined) {
    throw invalid('expected --threads rather than --slots (PALADIN_SLOTS): slots are counted with --inline only');
  }
}

function invalid(message: string): PaladinError {
  return new PaladinError('INVALID_INPUT', message);
}
