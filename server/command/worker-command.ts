import { Command } from 'commander';
import { leastThreadMemoryMb, mostThreadMemoryMb } from '../../src/executor/limits.js';
import { longestTimerMs, maxSlots, maxThreads } from '../../src/limits.js';
import { messageOf } from '../../src/errors/thrown.js';
import { ThreadWarnings } from '../../src/executor/thread-warnings.js';
import { undoneText } from '../../src/worker/undone-text.js';
import { exitOnceRead, exitWith, undoneCode } from './exit-codes.js';
import { logLevelOption, logTo } from './log.js';
import { hubOption, names, option, tokenOptions, wholeNumber } from './options.js';
import { GuardedOutput } from './output.js';
import { shown } from './token-file.js';

interface Options {
  readonly hub: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly threads?: number;
  readonly threadMemoryMb?: number;
  readonly threadStartTimeout?: number;
  readonly inline?: boolean;
  readonly slots?: number;
  readonly drainTimeout?: number;
  readonly labels: string[];
  readonly name: string;
  readonly logLevel: string;
}

export function workerCommand(): Command {
  const [token, tokenFile] = tokenOptions();
  return new Command('worker')
    .description('run a worker: execute the operations that the modules export')
    .argument('<modules...>', 'modules that export operations and monoids: .js, .mjs or .ts')
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
        'how long draining may take, from SIGTERM or SIGINT (default: as long as what runs; 20 s for a hub that is away)',
      ).argParser(wholeNumber(0, longestTimerMs)),
    )
    .addOption(option('--name <text>', 'a name for people').default('', 'none'))
    .addOption(logLevelOption())
    .action(runWorker);
}

async function runWorker(
  modules: readonly string[],
  {
    hub,
    token,
    tokenFile,
    threads,
    threadMemoryMb,
    threadStartTimeout,
    inline = false,
    slots,
    drainTimeout = Infinity,
    labels,
    name,
    logLevel,
  }: Options,
): Promise<void> {
  const output = new GuardedOutput();
  const log = logTo(logLevel, output);
  const deaths = new ThreadWarnings((line) => log.warn(line));
  const fail = (error: unknown): void => {
    deaths.close();
    exitWith(error, output);
  };
  let stop = (): void => {
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      stop();
    });
  }
  let isDraining = false;
  /** Why the hub is not there, as far as it was said. */
  const reasons = new Set<string>();
  // Loaded by the command that needs it, so that the others start sooner.
  const { startWorker } = await import('../../src/worker/start-worker.js');
  const worker = await startWorker({
    hub,
    modules,
    inline,
    labels,
    name,
    connectTimeout: Infinity,
    onLost: (reason) => {
      if (!reasons.has(reason)) log.warn({ hub, reason }, `not connected to ${hub}: ${reason}; trying again`);
      reasons.add(reason);
    },
    onBack: () => {
      reasons.clear();
      console.log(`worker ready again at ${hub}`);
    },
    onRefused: (error) => {
      // While it drains, that says what is lost.
      if (!isDraining) fail(error);
    },
    onBroken: fail,
    onThreadDeath: (reason) => deaths.tell(reason),
    onBlocked: (reason) => log.warn(reason),
    onSlowCreate: (reason) => deaths.tell(reason),
    ...shown(token, tokenFile),
    ...(threads === undefined ? {} : { threads }),
    ...(threadMemoryMb === undefined ? {} : { threadMemoryMb }),
    ...(threadStartTimeout === undefined ? {} : { threadStartTimeout }),
    ...(slots === undefined ? {} : { slots }),
  });
  reasons.clear();
  stop = (): void => {
    isDraining = true;
    console.log('worker draining');
    // Told twice, it ends at once.
    stop = (): void => {
      deaths.close();
      const { batches, results } = worker.undone;
      if (batches + results === 0) {
        exitOnceRead(0, output);
        return;
      }
      log.error(
        { batches, results },
        `the worker ended with work undone, as it was told twice to go: ${undoneText(worker.undone)}`,
      );
      exitOnceRead(undoneCode, output);
    };
    worker.drain({ timeout: drainTimeout }).then(
      () => {
        deaths.close();
        console.log('worker drained');
        exitOnceRead(0, output);
      },
      (error: unknown) => {
        deaths.close();
        log.error(messageOf(error));
        exitOnceRead(undoneCode, output);
      },
    );
  };
  const places = `${worker.slots} ${inline ? 'inline slots' : worker.slots === 1 ? 'thread' : 'threads'}`;
  console.log(`worker ready at ${hub}: ${worker.offers.operations.join(', ')} in ${places}`);
}
