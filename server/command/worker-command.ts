import { Command } from 'commander';
import { exitOnceRead, exitWith } from './exit-codes.js';
import { logLevelOption, logTo } from './log.js';
import { hubOption, names, option, tokenOptions, wholeNumber } from './options.js';
import { GuardedOutput } from './output.js';
import { shown } from './token-file.js';

interface Options {
  readonly hub: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly threads?: number;
  readonly inline?: boolean;
  readonly slots?: number;
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
      option('--threads <number>', 'threads that execute operations (default: one a core)').argParser(wholeNumber(1, 1024)),
    )
    .addOption(option('--inline', 'execute in the main thread, for operations that wait rather than compute'))
    .addOption(
      option('--slots <number>', 'with --inline: batches worked on at once (default: 4)').argParser(wholeNumber(1, 65_536)),
    )
    .addOption(
      option('--labels <list>', 'labels by which jobs may choose workers, by commas').argParser(names).default([], 'none'),
    )
    .addOption(option('--name <text>', 'a name for people').default('', 'none'))
    .addOption(logLevelOption())
    .action(runWorker);
}

async function runWorker(
  modules: readonly string[],
  { hub, token, tokenFile, threads, inline = false, slots, labels, name, logLevel }: Options,
): Promise<void> {
  const output = new GuardedOutput();
  const log = logTo(logLevel, output);
  const fail = (error: unknown): void => {
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
    onRefused: fail,
    onBroken: fail,
    ...shown(token, tokenFile),
    ...(threads === undefined ? {} : { threads }),
    ...(slots === undefined ? {} : { slots }),
  });
  reasons.clear();
  stop = (): void => {
    console.log('worker draining');
    // Told twice, it ends at once.
    stop = (): void => {
      process.exit(1);
    };
    void worker.drain().then(() => {
      console.log('worker drained');
      exitOnceRead(0, output);
    });
  };
  const places = `${worker.slots} ${inline ? 'inline slots' : worker.slots === 1 ? 'thread' : 'threads'}`;
  console.log(`worker ready at ${hub}: ${worker.offers.operations.join(', ')} in ${places}`);
}
