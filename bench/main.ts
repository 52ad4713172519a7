/** `npm run bench`: measures us beside others, on the same work, taking turns in one run. */
import { availableParallelism } from 'node:os';
import { measure, type Measured } from './measure.js';
import { paladin } from './contestants/paladin.js';
import { piscina } from './contestants/piscina.js';
import { relay } from './contestants/relay.js';

/** Runs of each contestant that count. */
const rounds = 5;

/** Each does so many elements that a run takes about a second. */
const measured = await measure([relay(1_000_000), paladin(1, 1_000_000), piscina(availableParallelism(), 30_000)], rounds);

console.log(`no-op on small numbers, elements per second, median of ${rounds} runs in turn (least to most)\n`);
const [ceiling] = measured;
for (const each of measured) console.log(describe(each, ceiling));

function describe({ name, median, rates }: Measured, to: Measured | undefined): string {
  const spread = `${count(Math.min(...rates))} to ${count(Math.max(...rates))}`;
  const ratio = to === undefined ? '' : `${(median / to.median).toFixed(3)} of the relay`;
  return `${name.padEnd(40)} ${count(median).padStart(10)}  (${spread})  ${ratio}`;
}

function count(rate: number): string {
  return Math.round(rate).toLocaleString('en-US');
}
