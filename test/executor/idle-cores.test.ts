import { beforeEach, describe, expect, it } from 'vitest';
import { IdleCores } from '../../src/executor/idle-cores.js';

const stages = [{ operation: 'fib-at' }];
let told: string[];
let nowMs: number;
/** How many cores are idle. */
let idleCores: number | undefined;
let idleMs: number;
let idle: IdleCores;

beforeEach(() => {
  told = [];
  nowMs = idleMs = 0;
  idleCores = 3;
  idle = new IdleCores((reason) => told.push(reason), {
    now: () => nowMs,
    idleMs: () => (idleCores === undefined ? undefined : idleMs),
  });
});

function pass(ms: number): void {
  nowMs += ms;
  idleMs += ms * (idleCores ?? 0);
}

/** Operations compute in pieces of 10 ms, with some wait between two of them. */
function compute(ms: number, waitMs = 0): void {
  for (let done = 0; done < ms; done += 10) {
    pass(10);
    idle.took(stages, 10);
    pass(waitMs);
  }
}

describe('a program whose operations compute inline while other cores are idle', () => {
  it('is told once, and what to write', () => {
    compute(2_000);
    expect(told).toEqual([]);
    compute(8_000);
    expect(told).toEqual([
      "operation 'fib-at' computed for 3.0 s in this thread, while other cores were idle. Without modules operations execute " +
        'inline, one at a time. To use all cores, export them from a module, and write ' +
        "inMemory({ modules: [new URL('./operations.js', import.meta.url)] })",
    ]);
  });

  it('is not told where the other cores are busy', () => {
    idleCores = 0.5;
    compute(20_000);
    expect(told).toEqual([]);
  });

  it('is not told where operations wait besides', () => {
    compute(20_000, 5);
    expect(told).toEqual([]);
  });

  it('is not told where nobody can tell', () => {
    idleCores = undefined;
    compute(20_000);
    expect(told).toEqual([]);
  });

  it('is told when cores become idle later', () => {
    idleCores = 0;
    compute(10_000);
    idleCores = 1;
    compute(10_000);
    expect(told).toHaveLength(1);
  });
});
