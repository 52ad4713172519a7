import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

// As tsx and others do it in a package that is not of "type": "module": then what this package imports is loaded as CommonJS,
// too.
it('works where it is transpiled to CommonJS', async () => {
  // Here, so that the packages are found.
  const folder = await mkdtemp(join(import.meta.dirname, 'commonjs-'));
  try {
    const outfile = join(folder, 'all.cjs');
    const contents = `
      import { inMemory, defineOperation, connect } from './dist/src/index.js';
      import { startHub } from './dist/server/index.js';
      import { startWorker } from './dist/src/worker.js';
      (async () => {
        const double = defineOperation({ name: 'double', execute: (x) => 2 * x });
        console.log(await inMemory().run(double, 1));
        const hub = await startHub({ port: 0 });
        await startWorker({ hub: hub.url, operations: [double] });
        console.log(await (await connect(hub.url)).run(double, 2));
        process.exit();
      })();`;
    await build({
      stdin: { contents, resolveDir: new URL('../..', import.meta.url).pathname },
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      packages: 'external',
      logLevel: 'silent',
    });
    const { stdout } = await promisify(execFile)(process.execPath, [outfile], { timeout: 15_000 });
    expect(stdout).toBe('2\n4\n');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
