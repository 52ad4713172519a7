import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** All test files but the slow ones. */
const quick = readdirSync(join(import.meta.dirname, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && !file.endsWith('.slow.test.ts'))
  .map((file) => `test/${file}`);

const textOf = (file: string): string => readFileSync(join(import.meta.dirname, file), 'utf8');

/** In which project a test runs; see below. */
function projectOf(file: string): 'unit' | 'shared' | 'apart' {
  const text = textOf(file);
  const changes =
    /\bvi\.(?!(?:fn|setConfig|waitFor)\b)|\bprocess\.(?!(?:cpuUsage|cwd|env|execArgv|execPath|js|pid|platform)\b)|\bglobalThis\b|\bfakes?\b/u;
  // To load modules here sets hooks for all that is loaded afterwards.
  const reaches =
    /from '(?:node:(?:async_hooks|timers|v8|worker_threads)'|\.\/(?:snippets|tcp-proxy)\.|(?:\.\.\/)+dist\/src\/operation\/modules\.)/u;
  if (changes.test(text) || reaches.test(text)) return 'apart';
  return /from '(?:paladin-rx|node:|(?:\.\.\/)+dist\/)|\bvi\./u.test(text) ? 'shared' : 'unit';
}

function filesOf(project: ReturnType<typeof projectOf>): string[] {
  return quick.filter((file) => projectOf(file) === project);
}

/** What does more in the slow tests. */
const thorough = quick.filter((file) => /from '\.\.\/support\/(?:bounds|thorough)\.js'/u.test(textOf(file)));

// Tests import what users import, by the package's own name: that is the built package in dist, loaded by Node itself. So tests,
// and the processes and threads that they start, run one and the same copy. Units that the package does not export are imported
// from their TypeScript source by relative path.
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
      { extends: true, test: { name: 'unit', include: filesOf('unit'), isolate: false } },
      // What uses the package, and closes what it starts. Two processes again: to load the package takes as long.
      { extends: true, test: { name: 'shared', include: filesOf('shared'), isolate: false } },
      // What changes what a process has in common: fakes, spies, globals, the environment. A process for each file, so that none
      // touches another.
      { extends: true, test: { name: 'apart', include: filesOf('apart') } },
      // What takes long: many seeds, many processes and threads that die, and others once more in full. `npm run test:slow`.
      { extends: true, test: { name: 'slow', include: ['test/**/*.slow.test.ts', ...thorough], env: { THOROUGH: 'yes' } } },
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
            tsconfig: './tsconfig.types.json',
            ignoreSourceErrors: true,
          },
        },
      },
    ],
  },
});
