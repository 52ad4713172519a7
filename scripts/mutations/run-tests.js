// A process of its own: `node run-tests.js BUNDLE…` runs the tests of files that bundle-test.js has bundled, one after the other.
// It tells its parent the number of the first file with a test that fails, or -1 if none does.
import { pathToFileURL } from 'node:url';
import { collectTests } from '../mutants/collect-tests.js';

const bundles = process.argv.slice(2);
let current = 0;
for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (reason) => {
    // A test may listen itself.
    if (process.listenerCount(event) === 1) void tell(current, reason);
  });
}
for (; current < bundles.length; current += 1) {
  try {
    const tests = collectTests();
    await import(pathToFileURL(bundles[current] ?? '').href);
    if (tests.length === 0) throw new Error('it has no tests');
    for (const { body } of tests) await body();
  } catch (error) {
    await tell(current, error);
  }
}
await tell(-1);

/**
 * Does not come back.
 *
 * @param {number} failed
 * @param {unknown} [reason]
 */
async function tell(failed, reason) {
  process.send?.({ failed, reason: String(reason) }, () => process.exit());
  await new Promise(() => {
    // The process has ended by then.
  });
}
