/** `npm run bench`: measures us beside others, on the same work, taking turns in one run. See docs/benchmarks.md. */
import { Argument, Command, InvalidArgumentError } from 'commander';
import type { Benchmark } from './benchmark.js';
import { benchmarks } from './benchmarks.js';
import { circumstances } from './report/circumstances.js';
import { markdownSection, plainSection } from './report/section.js';
import { writePage } from './report/write-page.js';

interface Options {
  readonly rounds: number;
  readonly write: boolean;
}

// Each program that is started ends with this process at the latest, by a listener of its own.
process.setMaxListeners(1_000);
// More than once: a signal that comes twice must not end it before they have.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));

const names = benchmarks.map(({ name }) => name);
const longest = Math.max(...names.map((name) => name.length));
await new Command('npm run bench --')
  .description('Measure paladin-rx beside others, and write what was found into docs/benchmarks.md.')
  .addArgument(new Argument('[benchmarks...]', 'what to measure (default: everything)').choices(names))
  .option('--rounds <number>', 'runs of each contestant that count', wholeNumber, 5)
  .option('--no-write', 'leave docs/benchmarks.md as it is')
  .addHelpText(
    'after',
    `\nBenchmarks:\n${benchmarks.map(({ name, summary }) => `  ${name.padEnd(longest)}  ${summary}`).join('\n')}`,
  )
  .showHelpAfterError()
  .action(run)
  .parseAsync();

async function run(chosen: readonly string[], { rounds, write }: Options): Promise<void> {
  const sections = new Map<string, string>();
  for (const benchmark of benchmarks) {
    if (chosen.length > 0 && !chosen.includes(benchmark.name)) continue;
    const findings = await benchmark.run({ rounds, say: sayer(benchmark) });
    console.log(`\n${plainSection(benchmark, findings, rounds)}`);
    sections.set(benchmark.name, markdownSection(benchmark, findings, rounds, circumstances(new Date())));
    // After each, so that an interruption loses only the one that was running.
    if (write) await writePage(names, sections);
  }
  // Sockets that are closing must not keep it.
  process.exit();
}

/** Progress goes to where it does not mix with the findings. */
function sayer({ name }: Benchmark): (progress: string) => void {
  return (progress) => {
    console.error(`${name}: ${progress}`);
  };
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('Expected a whole number from 1.');
}
