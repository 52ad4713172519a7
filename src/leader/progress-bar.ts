import { nodeModule } from '../platform.js';
import { checkOptions, type Known } from '../errors/options.js';
import { describe } from '../errors/describe.js';
import { PaladinError } from '../errors/paladin-error.js';
import { readOr } from '../errors/thrown.js';
import { barLine } from './bar-line.js';
import type { JobProgress } from './job-progress.js';
import { screenOf } from './progress-screen.js';
import type { ProgressStream } from './progress-stream.js';

/** Options of {@link progressBar}. An option that is `undefined` counts as not given. */
export interface ProgressBarOptions {
  /** What it is drawn on. Default: `process.stderr`, and nothing in browsers. */
  readonly stream?: ProgressStream | undefined;
}

const known: Known<ProgressBarOptions> = { stream: true };

/**
 * Makes a bar for the option `onProgress`. It is a line on the terminal, with how much is done, how fast it goes, how long it
 * takes, and why it waits. Where the stream is no terminal, it shows nothing.
 *
 * Each bar has its line, so several jobs look right at once. A bar is gone when its job is over, and two seconds after the last
 * news of a job that was unsubscribed. What a program writes to the same terminal meanwhile may stand between bars.
 *
 * @param options see {@link ProgressBarOptions}
 * @returns what `onProgress` takes, for one job
 * @throws {@link PaladinError} `INVALID_INPUT` when an option is wrong
 *
 * @example
 * ```ts
 * import { lastValueFrom, range } from 'rxjs';
 * import { defineMonoid, inMemory, remoteFold } from 'paladin-rx';
 * import { progressBar } from 'paladin-rx/progress';
 *
 * const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });
 *
 * const runtime = inMemory();
 * const options = { name: 'summing', total: 10_000, onProgress: progressBar() };
 * console.log(await lastValueFrom(range(0, 10_000).pipe(remoteFold(sum, runtime, options)))); // 49995000
 * await runtime.close();
 * ```
 */
export function progressBar(options: ProgressBarOptions = {}): (progress: JobProgress) => void {
  const { stream = nodeModule('process')?.stderr } = checkOptions('progressBar', options, known);
  if (stream !== undefined) checkStream(stream);
  const bar = {};
  return (progress) => {
    if (stream?.isTTY !== true) return;
    const screen = screenOf(stream);
    const isOver = progress.state === 'completed' || progress.state === 'failed';
    if (isOver) screen.remove(bar);
    else screen.show(bar, (columns) => barLine(progress, columns));
  };
}

function checkStream(stream: unknown): void {
  const isStream = typeof stream === 'object' && stream !== null && typeof readOr(stream, 'write') === 'function';
  if (isStream) return;
  throw new PaladinError('INVALID_INPUT', `progressBar: expected stream to be a stream with write, got ${describe(stream)}`);
}
