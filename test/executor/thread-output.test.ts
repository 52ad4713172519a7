import { execFile } from 'node:child_process';
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
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
  return { stdout: stdout.trim().split('\n'), stderr };
}

const lines = (count: number): string[] => Array.from({ length: count }, (_, at) => `line ${at}`);

it('what an operation prints is out before its result, and what a module prints as it ends before the runtime is closed', async () => {
  const { stdout, stderr } = await linesOf(`
    console.log(await runtime.run(of('chat'), 100));
    await runtime.close();
    console.log('closed');`);
  expect(stdout).toEqual([...lines(100), '100', 'good bye', 'closed']);
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
});

it.each([['--expose-gc'], ['--max-old-space-size=200'], ['--title=a title']])(
  'threads start though the process has %s',
  async (flag) => {
    const { stdout } = await linesOf(`console.log(await runtime.run(of('chat'), 1)); await runtime.close();`, [flag]);
    expect(stdout).toEqual(['line 0', '1', 'good bye']);
  },
);
