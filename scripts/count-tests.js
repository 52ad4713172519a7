// Prints `N passed, N failed` from the JSON reports of test runs. A test file that could not be loaded, and a run that left no
// report, count as one failure.
import { existsSync, readFileSync } from 'node:fs';

/**
 * @typedef {{ status: string, assertionResults: unknown[] }} OfFile
 * @typedef {{ numPassedTests: number, numFailedTests: number, testResults: OfFile[] }} Report
 */

/** @type {Report} */
const unwritten = { numPassedTests: 0, numFailedTests: 0, testResults: [{ status: 'failed', assertionResults: [] }] };
let passed = 0;
let failed = 0;
for (const path of process.argv.slice(2)) {
  /** @type {Report} */
  const report = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : unwritten;
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  passed += report.numPassedTests;
  failed += report.numFailedTests + unloaded.length;
}
console.log(`${passed} passed, ${failed} failed`);
