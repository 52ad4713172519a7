import { join } from 'node:path';

/**
 * How esbuild makes one program of tests and all sources that they reach, which needs no Vitest.
 *
 * @satisfies {import('esbuild').BuildOptions}
 */
export const asProgram = {
  bundle: true,
  // Tests are imported for their effects, which package.json says there are none of.
  ignoreAnnotations: true,
  platform: /** @type {const} */ ('node'),
  format: /** @type {const} */ ('esm'),
  target: 'node20',
  packages: /** @type {const} */ ('external'),
  alias: { vitest: join(import.meta.dirname, 'vitest.js') },
};
