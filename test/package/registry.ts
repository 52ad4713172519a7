import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe } from 'vitest';

/** How long the registry may take to answer, in milliseconds. It need only say which version of a package there is. */
const answerWithinMs = 20_000;

/** Whether npm can ask its registry. Where tests must not be skipped, as in `.ci/run`, nobody asks. */
async function isThere(): Promise<boolean> {
  if (process.env['REQUIRE_NPM'] !== undefined) return true;
  const ask = ['view', 'rxjs@7', 'version', '--prefer-online', '--fetch-retries=0', `--fetch-timeout=${answerWithinMs}`];
  try {
    await promisify(execFile)('npm', ask, { timeout: answerWithinMs });
    return true;
  } catch {
    return false;
  }
}

const isMissing = !(await isThere());

/** Describes what installs packages. It is skipped where the registry of npm is not there, and its title says so. */
export function describeWithRegistry(title: string, tests: () => void): void {
  describe.skipIf(isMissing)(isMissing ? `${title} (the registry of npm cannot be reached)` : title, tests);
}
