import { pino, type Logger } from 'pino';
import type { Option } from 'commander';
import { option } from './options.js';
import type { GuardedOutput } from './output.js';

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

/** The option that says how much a hub or worker writes on its standard error: one JSON object a line. */
export function logLevelOption(): Option {
  return option('--log-level <level>', 'how much to log').choices(levels).default('info');
}

/** The log of a hub or worker. Lines for which there is no room are dropped, and a later line says how many. */
export function logTo(level: string, output: GuardedOutput): Logger {
  const log = pino({ level, base: null }, process.stderr);
  output.whenDropped((dropped) => {
    log.warn(
      { dropped },
      `writes were dropped: ${dropped.stdout} to the standard output, ${dropped.stderr} to the standard error`,
    );
  });
  return log;
}
