// Stands in for Vitest in the tests of machines. collect-tests.js has put this there.
/** @typedef {'describe' | 'it' | 'beforeEach' | 'afterEach' | 'expect' | 'vi'} Names */
/** @type {{ vitestOfMachines: Pick<typeof import('vitest'), Names> }} */
const { vitestOfMachines } = Object(globalThis);
export const { describe, it, beforeEach, afterEach, expect, vi } = vitestOfMachines;
