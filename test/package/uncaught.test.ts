import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

it.each([
  ['a wrong option', 'inMemory({ threads: 2 });', "there is no option 'threads'"],
  [
    'a failing element',
    "await inMemory().run(defineOperation({ name: 'fail', execute: () => { throw new Error('no') } }), 1);",
    'no',
  ],
])('%s that nobody catches shows a short line of code, and what is wrong', (_, mistake, message) => {
  const program = `import { defineOperation, inMemory } from 'paladin-rx'; ${mistake}`;
  const { stderr, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
    cwd: import.meta.dirname,
  });
  expect(status).toBe(1);
  expect(stderr).toContain(message);
  // Node prints the line where the error was thrown, however long it is.
  expect(stderr.length).toBeLessThan(5_000);
});
