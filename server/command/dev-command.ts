import { Command } from 'commander';
import { defaultPort, longestTimerMs, maxThreads } from '../../src/limits.js';
import { DevProgram } from './dev-program.js';
import { logOptions, type LogOptions } from './log.js';
import { names, option, wholeNumber } from './options.js';

interface Options extends LogOptions {
  readonly port: number;
  readonly threads?: number;
  readonly drainTimeout: number;
  readonly labels: string[];
  readonly origins: string[];
}

/** How long a worker with old code may finish what it runs. Whoever has changed the code wants to see the new one. */
const defaultDrainTimeoutMs = 10_000;

export function devCommand(): Command {
  const [logLevel, logFormat] = logOptions();
  return new Command('dev')
    .description('run a hub and a worker on this machine, and load the modules anew when their files change')
    .argument(
      '<modules...>',
      'what exports operations and monoids: .js, .mjs, .cjs, .ts, .mts, .cts or .tsx files, or names of packages',
    )
    .addOption(
      option('--port <number>', 'the port of the hub; 0: any free port').argParser(wholeNumber(0, 65_535)).default(defaultPort),
    )
    .addOption(
      option('--threads <number>', 'threads that execute operations (default: one a core)').argParser(wholeNumber(1, maxThreads)),
    )
    .addOption(
      option('--drain-timeout <ms>', 'how long what runs with old code may go on; then it is executed again with the new')
        .argParser(wholeNumber(0, longestTimerMs))
        .default(defaultDrainTimeoutMs),
    )
    .addOption(
      option('--labels <list>', 'labels by which jobs may choose workers, by commas').argParser(names).default([], 'none'),
    )
    .addOption(
      option('--origins <list>', 'web origins whose pages may connect, by commas; *: any').argParser(names).default([], 'none'),
    )
    .addOption(logLevel)
    .addOption(logFormat)
    .action(async (modules: readonly string[], options: Options) => {
      await new DevProgram(modules, options).start();
    });
}
