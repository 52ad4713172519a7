import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import * as byName from 'paladin-rx';
import { expect, test } from 'vitest';

test('a test and the processes of a user load the same built package', () => {
  const require = createRequire(import.meta.url);
  const path = fileURLToPath(new URL('../../dist/src/index.js', import.meta.url));
  expect(require.resolve('paladin-rx')).toBe(path);
  // Loaded by Node, not transformed by the test runner: there is one copy.
  const byNode = require('paladin-rx') as typeof byName;
  expect(byName.PaladinError).toBe(byNode.PaladinError);
});
