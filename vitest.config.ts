import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** All test files but the slow ones. */
const quick = readdirSync(join(import.meta.dirname, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && !file.endsWith('.slow.test.ts'))
  .map((file) => `test/${file}`);

/**
 * Whether a test uses what all of a process has in common: the package and what that starts, Node, threads, programs, fakes. Machines keep
 * nothing outside of themselves.
 */
function isApart(file: string): boolean {
  if (/^test\/(?:executor|examples)\//u.test(file)) return true;
  return /from '(?:paladin-rx|node:)|\b(?:vi|process)\./u.test(readFileSync(join(import.meta.dirname, file), 'utf8'));
}

// Tests import what users import, by the package's own name: that is the built package in dist, loaded by Node itself. So tests, and
// the processes and threads that they start, run one and the same copy. Units that the package does not export are imported from
// their TypeScript source by relative path.
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    maxConcurrency: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    server: { deps: { external: [/\/dist\//u] } },
    projects: [
      // What only calculates. Two processes execute all of these files: to load the sources anew takes longer than most files do.
      { extends: true, test: { name: 'unit', include: quick.filter((file) => !isApart(file)), isolate: false } },
      // A process for each file: it may change its environment, start threads and end, without touching another.
      { extends: true, test: { name: 'apart', include: quick.filter(isApart) } },
      // What takes long: many seeds, many processes and threads that die. `npm run test:slow`.
      { extends: true, test: { name: 'slow', include: ['test/**/*.slow.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          // Errors elsewhere are for `npm run check`, which checks the types of everything.
          typecheck: {
            enabled: true,
            only: true,
            include: ['test/types/**/*.test-d.ts'],
            tsconfig: './tsconfig.json',
            ignoreSourceErrors: true,
          },
        },
      },
    ],
  },
});
