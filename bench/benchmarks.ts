import type { Benchmark } from './benchmark.js';
import { cpu } from './benchmarks/cpu.js';
import { latency } from './benchmarks/latency.js';
import { map } from './benchmarks/map.js';

/** All of them, in the order in which they run and are reported. */
export const benchmarks: readonly Benchmark[] = [map, latency, cpu];
