// Stands in for Vitest in the tests of machines. collect-tests.js has put this there.
/** @type {{ vitestOfMachines: Pick<typeof import('vitest'), 'describe' | 'it' | 'beforeEach' | 'afterEach' | 'expect' | 'vi'> }} */
const { vitestOfMachines } = Object(globalThis);
export const { describe, it, beforeEach, afterEach, expect, vi } = vitestOfMachines;
