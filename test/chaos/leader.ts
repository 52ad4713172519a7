/**
 * A leader of the chaos run: `leader.js HUB SEED NAME`. It runs a probe, and beside it jobs of all shapes one after the other,
 * checks what they emit, and prints how they ended.
 */
import { createInterface } from 'node:readline';
import { connect } from 'paladin-rx';
import { Random } from '../simulation/random.js';
import { jobShapes, large } from './job-shapes.js';
import type { LeaderCommand, LeaderLine } from './leader-lines.js';
import { Probe } from './probe.js';
import { runJob } from './run-job.js';
import { shuffled } from './shuffled.js';

/** How often progress is printed; it is dated by the emission. */
const progressMs = 20;

const [, , hub = '', seed = '0', name = ''] = process.argv;
const random = new Random(Number(seed));
const runtime = await connect(hub, { name });
const probe = new Probe();
const asides = new Set<Promise<void>>();
/** What it was told; events change it between turns. */
const told = { stop: false };

createInterface({ input: process.stdin })
  .on('line', (line) => {
    // Only the program that started this one writes here.
    obey(JSON.parse(line) as LeaderCommand);
  })
  // It ends with that program.
  .on('close', () => process.exit(told.stop ? 0 : 1));
say({ type: 'ready' });
await Promise.all([keepProbing(), keepWorking()]);
await Promise.all(asides);
await runtime.close();
say({ type: 'stopped' });
process.stdin.destroy();

function obey(command: LeaderCommand): void {
  switch (command.type) {
    case 'large': {
      const aside = runJob(large(command.labels), runtime).then((end) => {
        say({ type: 'job', ...end });
      });
      asides.add(aside);
      void aside.then(() => asides.delete(aside));
      break;
    }
    case 'stop':
      told.stop = true;
      probe.stop();
      break;
  }
}

async function keepProbing(): Promise<void> {
  let said = -1;
  const timer = setInterval(() => {
    const { progress } = probe;
    if (progress.emitted === said) return;
    said = progress.emitted;
    say({ type: 'progress', ...progress });
  }, progressMs);
  say({ type: 'job', ...(await runJob(probe, runtime)) });
  clearInterval(timer);
}

async function keepWorking(): Promise<void> {
  while (!told.stop) {
    for (const shape of shuffled(jobShapes(random), random)) {
      if (told.stop) return;
      say({ type: 'job', ...(await runJob(shape, runtime)) });
    }
  }
}

function say(line: LeaderLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
