import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** A program that uses a thread, whose operations print. */
const program = (rest: string): string => `
  import { inMemory, defineOperation } from 'paladin-rx';
  const module = "data:text/javascript," + encodeURIComponent(\`
    import { defineOperation } from '\${import.meta.resolve('paladin-rx')}';
    process.on('exit', () => console.log('good bye'));
    export const chat = defineOperation({ name: 'chat', execute: (n) => {
      for (let i = 0; i < n; i++) console.log('line ' + i);
      console.error('chatted');
      return n;
    } });
    export const hang = defineOperation({ name: 'hang', execute: (n) => {
      for (let i = 0; i < n; i++) console.log('line ' + i);
      for (;;);
    } });
    export const leave = defineOperation({ name: 'leave', execute: (n) => {
      for (let i = 0; i < n; i++) console.log('line ' + i);
      process.exit(3);
    } });
  \`);
  const of = (name) => defineOperation({ name, execute: () => 0 });
  const runtime = inMemory({ workers: 1, modules: [module] });
  ${rest}`;

async function linesOf(rest: string, flags: readonly string[] = []): Promise<{ stdout: string[]; stderr: string }> {
  const args = [...flags, '--input-type=module', '--eval', program(rest)];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
  return { stdout: stdout.trim().split('\n'), stderr };
}

const lines = (count: number): string[] => Array.from({ length: count }, (_, at) => `line ${at}`);

it('what an operation prints is out before its result, and what a module prints as it ends before the runtime is closed', async () => {
  const { stdout, stderr } = await linesOf(`
    console.log(await runtime.run(of('chat'), 1_000));
    await runtime.close();
    console.log('closed');`);
  expect(stdout).toEqual([...lines(1_000), '1000', 'good bye', 'closed']);
  expect(stderr).toContain('chatted');
});

it('lines are out though their thread is terminated, or exits', async () => {
  const { stdout, stderr } = await linesOf(`
    await runtime.run(of('hang'), 50, { timeout: 200 }).catch((error) => console.log(error.code));
    await runtime.run(of('leave'), 50).catch((error) => console.log(error.code));
    process.exit();`);
  expect(stdout.filter((line) => line.startsWith('line'))).toEqual([0, 1, 2, 3, 4].flatMap(() => lines(50)));
  expect(stdout).toEqual(expect.arrayContaining(['TASK_TIMEOUT', 'POISON_TASK']));
  expect(stderr).toMatch(
    /is replaced: it was terminated, executing operation 'hang' at index 0: ran past its timeout of 200 ms/u,
  );
  expect(stderr).toMatch(/is replaced: it exited with code 3, while it was executing operation 'leave' at index 0/u);
}, 60_000);

it('lines are out though the process exits right after the result', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'paladin-output-'));
  try {
    const path = join(folder, 'lines');
    const file = await open(path, 'w');
    const args = ['--input-type=module', '--eval', program(`await runtime.run(of('chat'), 1_000); process.exit();`)];
    // To a file: where nobody reads a pipe, Node itself loses what waits there as it exits.
    await once(spawn(process.execPath, args, { stdio: ['ignore', file.fd, 'inherit'] }), 'exit');
    await file.close();
    const printed = (await readFile(path, 'utf8')).split('\n');
    expect(printed.filter((line) => line.startsWith('line'))).toEqual(lines(1_000));
  } finally {
    await rm(folder, { recursive: true });
  }
});

it.each([
  ['--expose-gc'],
  ['--max-old-space-size=200'],
  ['--title=a title'],
  ['--stack-size=900'],
  ['--inspect=0'],
  ['--conditions=custom'],
  ['--import=data:text/javascript,globalThis.early=1'],
])('threads start though the process has %s', async (flag) => {
  const { stdout } = await linesOf(`console.log(await runtime.run(of('chat'), 1)); await runtime.close();`, [flag]);
  expect(stdout).toEqual(['line 0', '1', 'good bye']);
});
