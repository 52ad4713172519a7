import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const program = (rest: string): string => `
  import { startThreadExecutor } from ${JSON.stringify(new URL('../../dist/src/executor/thread-executor.js', import.meta.url).href)};
  import { msgpack } from ${JSON.stringify(new URL('../../dist/src/serializer/msgpack.js', import.meta.url).href)};
  const modules = [${JSON.stringify(new URL('../fixtures/thread-operations.mjs', import.meta.url).href)}];
  const executor = await startThreadExecutor({ threads: 2, modules });
  const batch = (values) => ({ seq: 1, attempt: 1, first: 0, count: values.length, units: 'elements', suspect: false, alone: false, budgetMs: 0, payload: msgpack.encode(values) });
  const job = (operation) => ({ serializer: 'msgpack', stages: [{ kind: 'map', operation, version: 1 }] });
  ${rest}`;

const runProgram = (rest: string): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program(rest)], { timeout: 20_000 });

it('idle threads do not keep a process alive, nor does a program on the command line keep them from starting', async () => {
  const { stdout } = await runProgram(`console.log('started');`);
  expect(stdout).toBe('started\n');
}, 30_000);

it('busy threads do', async () => {
  const { stdout } = await runProgram(`
    executor.run('job', job('block'), batch([200]), (outcome) => console.log(outcome.type));`);
  expect(stdout).toBe('result\n');
}, 30_000);
