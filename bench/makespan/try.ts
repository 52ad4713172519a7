import { draw } from './workload.js';
import { runMachines } from './machines.js';
import { bounds } from './bounds.js';
import { paladinsRule, staticChunks } from './baselines.js';
const args = process.argv.slice(2);
const N = (args[0] ?? '100,1000,10000').split(',').map(Number);
const S = (args[1] ?? '1,16,64,1000').split(',').map(Number);
const D = (args[2] ?? 'constant,exponential,pareto,bimodal').split(',') as any;
const C = (args[3] ?? 'small,equal,large,growing').split(',') as any;
const M = (args[4] ?? '100').split(',').map(Number);
const Q = (args[5] ?? 'instant').split(',') as any;
const bad = args[6] === 'bad';
for (const meanMs of M)
  for (const source of Q)
    for (const durations of D)
      for (const combine of C)
        for (const slots of S)
          for (const elements of N) {
            const w = draw({ elements, slots, meanMs, durations, combine, source }, 1);
            const t0 = performance.now();
            const r = runMachines(w);
            const t1 = performance.now();
            const b = bounds(w);
            const p = paladinsRule(w),
              s = staticChunks(w);
            const big = elements >= 50 * slots;
            const flags =
              (big && r.makespanMs / b.tightMs > 1.1 ? ' BOUND' : '') +
              (r.makespanMs > 1.02 * Math.min(p, s) ? ` BEHIND ${(r.makespanMs / Math.min(p, s)).toFixed(3)}` : '');
            if (bad && flags === '') continue;
            console.log(
              [
                meanMs,
                source,
                durations.padEnd(11),
                combine.padEnd(8),
                String(slots).padStart(4),
                String(elements).padStart(6),
                big ? '*' : ' ',
                'plain',
                (r.makespanMs / b.plainMs).toFixed(3),
                'tight',
                (r.makespanMs / b.tightMs).toFixed(3),
                'paladin',
                (p / b.plainMs).toFixed(3),
                'static',
                (s / b.plainMs).toFixed(3),
                'trips',
                r.trips,
                `${(t1 - t0).toFixed(0)}ms`,
                flags,
              ].join(' '),
            );
          }
