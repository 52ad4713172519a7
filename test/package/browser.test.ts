import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { bundleForBrowser } from './browser-bundle.js';

describe('for a browser', () => {
  test.each(['paladin-rx', 'paladin-rx/operators', 'paladin-rx/otel', 'paladin-rx/progress', 'paladin-rx/worker'])(
    '%s bundles without a built-in module of Node',
    async (entry) => {
      const { code, inputs, externals } = await bundleForBrowser(`export * from '${entry}';`);
      expect(externals).toEqual([]);
      expect(code).not.toMatch(/["']node:/u);
      expect(inputs.filter((path) => path.startsWith('dist/'))).not.toEqual([]);
      expect(
        inputs.filter((path) =>
          /\.ts$|executor\/(?:thread|thread-port|running-thread|thread-executor|mailbox)\.js$|^dist\/server\/command/u.test(path),
        ),
      ).toEqual([]);
    },
  );

  test.each([
    ['a page that leads in memory', `export { defineOperation, inMemory, remoteMap } from 'paladin-rx';`, 126],
    ['a page that lends its cores', `export { startWorker } from 'paladin-rx/worker';`, 85],
    ['a Web Worker', `export { defineOperation } from 'paladin-rx'; export { serveOperations } from 'paladin-rx/worker';`, 46],
  ])('%s is small', async (what, source, ceilingKb) => {
    const { code } = await bundleForBrowser(source, true);
    // In thousands of bytes, as a server would send them.
    const kilobytes = gzipSync(code, { level: 9 }).byteLength / 1_000;
    console.log(`${what}: ${kilobytes.toFixed(1)} kB with gzip, at most ${ceilingKb}`);
    expect(kilobytes).toBeLessThan(ceilingKb);
  });

  test('there is no hub', async () => {
    await expect(bundleForBrowser(`export * from 'paladin-rx/server';`)).rejects.toThrow(
      /Could not resolve "paladin-rx\/server"/u,
    );
  });
});
