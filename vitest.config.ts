import { defineConfig } from 'vitest/config';

// Tests import what users import, by the package's own name: that is the built package in dist, loaded by Node itself. So tests, and
// the processes and threads that they start, run one and the same copy. Units that the package does not export are imported from
// their TypeScript source by relative path.
export default defineConfig({
  test: {
    // Processes: a test may change its environment, start threads and end, without touching another.
    pool: 'forks',
    maxWorkers: 2,
    maxConcurrency: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    server: { deps: { external: [/\/dist\//u] } },
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/**/*.slow.test.ts'] } },
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
