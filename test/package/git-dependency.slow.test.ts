/** The package as a dependency from its git repository: npm builds it. Needs git and the registry of npm. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { InstalledProject } from './installed.js';
import { describeWithRegistry } from './registry.js';

const root = join(import.meta.dirname, '../..');

describeWithRegistry('a dependency from git', () => {
  // What is committed is installed.
  test('npm builds what it installs from git, and threads load operations', { timeout: 600_000 }, async () => {
    await using project = await InstalledProject.empty();
    await project.install('--allow-git=root', `git+${pathToFileURL(root).href}`, 'rxjs@7');
    await project.write({
      'operations.mjs': `
        import { threadId } from 'node:worker_threads';
        import { defineOperation } from 'paladin-rx';
        export const where = defineOperation({ name: 'where', execute: () => threadId });`,
      'main.mjs': `
        import { inMemory } from 'paladin-rx';
        import { where } from './operations.mjs';
        const runtime = inMemory({ workers: 1, modules: ['./operations.mjs'] });
        console.log((await runtime.run(where, 0)) > 0);
        await runtime.close();`,
    });
    expect(await project.run(['node', 'main.mjs'])).toEqual({ code: 0, stdout: 'true\n', stderr: '' });
    expect(await project.run(['paladin', '--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Usage: paladin'),
    });
    expect(existsSync(join(project.path, 'node_modules/paladin-rx/src'))).toBe(false);
  });
});
