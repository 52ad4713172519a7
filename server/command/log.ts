import { pino, type Logger } from 'pino';
import type { Option } from 'commander';
import { option } from './options.js';
import type { GuardedOutput } from './output.js';
import { prettyLine } from './pretty-line.js';

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];
const formats = ['pretty', 'json'] as const;

/** How much a hub or worker writes on its standard error, and in what form. */
export interface LogOptions {
  readonly logLevel: string;
  /** Default: `pretty` on a terminal, else `json`. */
  readonly logFormat?: (typeof formats)[number];
}

/** The options that say how much a hub or worker writes on its standard error, and in what form. */
export function logOptions(): readonly [Option, Option] {
  return [
    option('--log-level <level>', 'how much to log').choices(levels).default('info'),
    option('--log-format <format>', 'a readable line for each event, or a JSON object')
      .choices([...formats])
      .default(undefined, 'pretty on a terminal, else json'),
  ];
}

/** The log of a hub or worker. Lines for which there is no room are dropped, and a later line says how many. */
export function logTo({ logLevel: level, logFormat }: LogOptions, output: GuardedOutput): Logger {
  const { stderr, env } = process;
  const isTerminal = stderr.isTTY;
  // https://no-color.org: an empty text does not count.
  const colors = isTerminal && (env['NO_COLOR'] ?? '') === '';
  const isPretty = logFormat === undefined ? isTerminal : logFormat === 'pretty';
  const pretty = { write: (line: string) => stderr.write(prettyLine(line, colors)) };
  const log = pino({ level, base: null }, isPretty ? pretty : stderr);
  output.whenDropped((dropped) => {
    log.warn(
      { dropped },
      `writes were dropped: ${dropped.stdout} to the standard output, ${dropped.stderr} to the standard error`,
    );
  });
  return log;
}
