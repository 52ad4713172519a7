import type { Benchmark } from './benchmark.js';
import { cpu } from './benchmarks/cpu.js';
import { fairness } from './benchmarks/fairness.js';
import { fold } from './benchmarks/fold.js';
import { hub } from './benchmarks/hub.js';
import { latency } from './benchmarks/latency.js';
import { listen } from './benchmarks/listen.js';
import { makespan } from './benchmarks/makespan.js';
import { map } from './benchmarks/map.js';
import { memory } from './benchmarks/memory.js';
import { pays } from './benchmarks/pays.js';
import { start } from './benchmarks/start.js';
import { watch } from './benchmarks/watch.js';

/** All of them, in the order in which they run and are reported. */
export const benchmarks: readonly Benchmark[] = [
  start,
  map,
  pays,
  latency,
  cpu,
  fold,
  memory,
  hub,
  listen,
  fairness,
  makespan,
  watch,
];
