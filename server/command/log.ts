import { pino, type Logger } from 'pino';
import { option } from './options.js';
import type { Option } from 'commander';

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

/** How much a program that serves says on its standard error, one JSON object a line. */
export function logLevelOption(): Option {
  return option('--log-level <level>', 'how much to log').choices(levels).default('info');
}

/** Writes at once, so that nothing is missing when the process ends. */
export function logTo(level: string): Logger {
  return pino({ level, base: null }, pino.destination({ dest: 2, sync: true }));
}
