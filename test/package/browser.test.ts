import { describe, expect, test } from 'vitest';
import { bundleForBrowser } from './browser-bundle.js';

describe('for a browser', () => {
  test.each(['paladin-rx', 'paladin-rx/operators', 'paladin-rx/worker'])(
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

  test('there is no hub', async () => {
    await expect(bundleForBrowser(`export * from 'paladin-rx/server';`)).rejects.toThrow(
      /Could not resolve "paladin-rx\/server"/u,
    );
  });
});
