/** `npm run soak`: whether what lives long grows while everything around it comes and goes. See docs/architecture.md. */
import { Command, InvalidArgumentError } from 'commander';
import { wholeNumber } from '../../server/command/options.js';
import { runSoak, type SoakOptions } from './run-soak.js';

// Each program that is started ends with this process at the latest, by a listener of its own.
process.setMaxListeners(1_000);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));

await new Command('npm run soak --')
  .description('Run short jobs of leaders and workers that come and go, and watch the memory and the handles of those that stay.')
  .option('--minutes <number>', 'how long; parts of a minute, too', positive, 10)
  .option('--seed <number>', 'what the jobs are drawn by', wholeNumber(0, 2 ** 32 - 1), Date.now() % 2 ** 32)
  .showHelpAfterError()
  .action(run)
  .parseAsync();

async function run(options: SoakOptions): Promise<void> {
  console.log(`seed ${options.seed}`);
  const problems = await runSoak(options);
  for (const problem of problems) console.error(`FAILED: ${problem}`);
  console.log(problems.length === 0 ? '\nall is well' : `\nFAILED; again with --seed ${options.seed}`);
  process.exit(problems.length === 0 ? 0 : 1);
}

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Expected a number above 0.');
}
