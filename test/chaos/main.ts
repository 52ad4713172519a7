/** `npm run chaos`: faults happen to real processes while they work, and nothing may be lost. See docs/architecture.md. */
import { Command, Option } from 'commander';
import { wholeNumber } from '../../server/command/options.js';
import { faultKinds, quickFaultKinds, type FaultKind } from './fault-plan.js';
import { runChaos } from './run-chaos.js';
import { runLongOperation } from './long-operation.js';

interface Options {
  readonly faults: number;
  readonly seed: number;
  readonly quick: boolean;
  readonly kinds?: readonly FaultKind[];
  readonly longOperation: number;
}

// Each program that is started ends with this process at the latest, by a listener of its own.
process.setMaxListeners(1_000);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));

const most = 1_000_000;
await new Command('npm run chaos --')
  .description('Run jobs on processes while faults happen to them, and check that nothing is lost, repeated or out of order.')
  .option('--faults <number>', 'how many faults; 0: none, nor the jobs', wholeNumber(0, most), 200)
  .option('--seed <number>', 'what the faults are drawn by', wholeNumber(0, 2 ** 32 - 1), Date.now() % 2 ** 32)
  .option('--quick', 'only kinds of faults that are over within seconds', false)
  .addOption(new Option('--kinds <kinds...>', 'only these kinds of faults').choices(faultKinds))
  .option(
    '--long-operation <seconds>',
    'how long the operation takes during which the hub is killed; 0: none',
    wholeNumber(0, most),
    60,
  )
  .showHelpAfterError()
  .action(run)
  .parseAsync();

async function run({ faults, seed, quick, kinds = quick ? quickFaultKinds : faultKinds, longOperation }: Options): Promise<void> {
  console.log(`seed ${seed}`);
  // The long operation only waits, on a cluster of its own.
  const problems = await Promise.all([
    faults === 0 ? [] : runChaos({ faults, seed, kinds }),
    longOperation === 0 ? [] : runLongOperation(longOperation),
  ]);
  for (const problem of problems.flat()) console.error(`FAILED: ${problem}`);
  console.log(problems.flat().length === 0 ? '\nall is well' : `\nFAILED; again with --seed ${seed}`);
  process.exit(problems.flat().length === 0 ? 0 : 1);
}
