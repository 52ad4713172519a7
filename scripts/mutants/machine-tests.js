import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** What tests of machines import, and nothing else. */
const ofMachines =
  /^(?:vitest|fast-check|\.\/[a-z-]+-harness\.js|\.\.\/(?:server\/scheduler-harness|support\/exactly)\.js|(?:\.\.\/)+(?:src\/(?!index)|server\/(?:core|limits)).*)$/u;

/** The files with tests of machines. Slow ones would be slow once for each mutant. */
export const machineTests = ['test/core', 'test/collections', 'test/server']
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`))
  .filter((path) => path.endsWith('.test.ts') && !path.endsWith('.slow.test.ts'))
  .filter((path) => {
    const imported = [...readFileSync(join(root, path), 'utf8').matchAll(/^(?:import|\}) .*from '(.*)';$/gmu)];
    const other = imported.find(([, from = '']) => !ofMachines.test(from))?.[1];
    // All tests of these are of machines: to leave one out in silence would let mutants pass.
    if (other !== undefined && path.startsWith('test/core/')) throw new Error(`${path} imports ${other}, which no machine needs`);
    return other === undefined;
  });
