// Stands in for Vitest where tests of machines are run by the thousand: to start Vitest for each run takes most of a second. It
// knows what these tests use of it: `describe`, `it`, `it.each`, `beforeEach`, `afterEach`, `expect` and `vi`. Bundles find it in
// place of Vitest by vitest.js beside this file.
import fc from 'fast-check';
import { setTimeout as sleep } from 'node:timers/promises';
import { format } from 'node:util';
import { expect, vi } from 'vitest';

/** @typedef {() => unknown} Body */
/** @typedef {{ readonly timeout: number }} Options */
/** @typedef {{ readonly id: string, readonly body: Body }} Test */

/**
 * Collects the tests of all files that are imported from now on.
 *
 * @returns {Test[]} to which they are added
 */
export function collectTests() {
  /** @type {Test[]} */
  const tests = [];
  /** @type {string[]} */
  const path = [];
  /** @type {{ readonly before: Body[], readonly after: Body[] }[]} */
  const hooks = [{ before: [], after: [] }];
  const describe = (/** @type {string} */ name, /** @type {Body} */ body) => {
    path.push(name);
    hooks.push({ before: [], after: [] });
    body();
    hooks.pop();
    path.pop();
  };
  /** The body is behind the options, if there are any. */
  const it = (/** @type {string} */ name, /** @type {Body | Options} */ first, /** @type {Body | undefined} */ second) => {
    const body = typeof first === 'function' ? first : second;
    if (body === undefined) throw new Error(`the test '${name}' does nothing`);
    tests.push({ id: [...path, name].join(' > '), body: within([...hooks], body) });
  };
  it.each =
    (/** @type {readonly unknown[]} */ rows) =>
    (/** @type {string} */ name, /** @type {(...values: unknown[]) => unknown} */ body) => {
      for (const row of rows) {
        const values = Array.isArray(row) ? row : [row];
        it(format(name, ...values), () => body(...values), undefined);
      }
    };
  const beforeEach = (/** @type {Body} */ body) => hooks.at(-1)?.before.push(body);
  const afterEach = (/** @type {Body} */ body) => hooks.at(-1)?.after.push(body);
  // What is mocked has been put in its place by the bundler. Vitest itself waits only where it runs.
  const own = Object.create(vi, { mock: { value: () => undefined }, waitFor: { value: waitFor } });
  Object.assign(globalThis, { vitestOfMachines: { describe, it, beforeEach, afterEach, expect, vi: own } });
  // Property tests try the same values in each run.
  fc.configureGlobal({ seed: 1 });
  return tests;
}

/** How long it may take until something is so. */
const mostWaitMs = 10_000;

/** @param {Body} check throws until it is so */
async function waitFor(check) {
  for (const startMs = performance.now(); ; await sleep(5)) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() - startMs > mostWaitMs) throw error;
    }
  }
}

/**
 * @param {readonly { readonly before: readonly Body[], readonly after: readonly Body[] }[]} hooks the outer ones first
 * @param {Body} body
 * @returns {Body}
 */
function within(hooks, body) {
  return async () => {
    for (const { before } of hooks) for (const each of before) await each();
    try {
      await body();
    } finally {
      for (const { after } of hooks.toReversed()) for (const each of after) await each();
    }
  };
}
