/** `npm run fuzz`: hostile frames at every layer, while a healthy job runs. See docs/architecture.md. */
import { Command, Option } from 'commander';
import { wholeNumber } from '../../server/command/options.js';
import { layers as allLayers, type Layer } from './attack.js';
import { runEach } from './run-each.js';
import { runMemory } from './run-memory.js';
import { runFuzz, type FuzzOptions } from './run-fuzz.js';

// Each program that is started ends with this process at the latest, by a listener of its own.
process.setMaxListeners(1_000);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));

await new Command('npm run fuzz --')
  .description(
    'Send hostile frames to a hub while a healthy leader and a healthy worker use it, and check that they are served as before.',
  )
  .option('--frames <number>', 'how many hostile frames, about', wholeNumber(1, 100_000_000), 20_000)
  .option('--seed <number>', 'what the frames are drawn by', wholeNumber(0, 2 ** 32 - 1), Date.now() % 2 ** 32)
  .option(
    '--each [words...]',
    'each attack whose name has one of the words by itself for some seconds, however many frames that is',
  )
  .option('--memory', 'instead, fill a hub and a worker as far as they let it happen, and check what they have in memory')
  .option('--no-speed', 'judge neither latency nor memory')
  .addOption(new Option('--layers <layers...>', 'where to attack').choices(allLayers).default(allLayers, 'everywhere'))
  .showHelpAfterError()
  .action(run)
  .parseAsync();

interface Options extends Pick<FuzzOptions, 'frames' | 'seed'> {
  /** `true`: each attack there is. */
  readonly each?: true | readonly string[];
  readonly memory?: boolean;
  readonly speed: boolean;
  readonly layers: readonly Layer[];
}

async function run(options: Options): Promise<void> {
  console.log(`seed ${options.seed}`);
  const problems = await chosen(options);
  for (const problem of problems) console.error(`FAILED: ${problem}`);
  console.log(problems.length === 0 ? '\nall is well' : `\nFAILED; again with --seed ${options.seed}`);
  process.exit(problems.length === 0 ? 0 : 1);
}

async function chosen({ frames, seed, each, memory, speed, layers }: Options): Promise<string[]> {
  if (memory === true) return await runMemory();
  return each !== undefined
    ? await runEach({ seed, judgeSpeed: speed, layers, words: each === true ? [''] : each })
    : await runFuzz({ frames, seed, judgeSpeed: speed, layers });
}
