// Stands in for Vitest in the tests that scripts/mutants/runner.js loads, which has put this there.
/** @type {{ vitestOfMachines: Pick<typeof import('vitest'), 'describe' | 'it' | 'expect' | 'vi'> }} */
const { vitestOfMachines } = Object(globalThis);
export const { describe, it, expect, vi } = vitestOfMachines;
