import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RunningProgram } from './run-program.js';

const limitMs = 60_000;

describe('the fibonacci-sum example', () => {
  const programs: RunningProgram[] = [];
  const start = (...args: string[]): RunningProgram => {
    const program = new RunningProgram(args);
    programs.push(program);
    return program;
  };
  /** All tests have one hub: each has its worker alone, which ends with it. */
  let hub = '';
  const hubProgram = new RunningProgram(['dist/server/command/paladin.js', 'hub', '--port', '0']);
  beforeAll(async () => {
    [, hub = ''] = await hubProgram.printed(/^hub listening on (\S+)$/mu);
  });
  afterAll(() => {
    hubProgram.killAll();
  });
  afterEach(() => {
    for (const program of programs.splice(0)) program.killAll();
  });

  it.each(['dist/examples/fibonacci-sum/operations.js', 'examples/fibonacci-sum/operations.ts'])(
    'prints 143 on a worker of the command that has loaded %s',
    { timeout: limitMs },
    async (operations) => {
      const worker = start('dist/server/command/paladin.js', 'worker', operations, '--hub', hub, '--threads', '1');
      // A leader that waits long for a worker warns.
      await worker.printed(/^worker ready at /mu);
      const { status, stdout, stderr } = await start('dist/examples/fibonacci-sum/leader.js', '--hub', hub).ended();
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '143\n', stderr: '' });
    },
  );

  it('prints 286 with a factor of 2, on its own worker, which drains when it is told to end', { timeout: limitMs }, async () => {
    const worker = start('dist/examples/fibonacci-sum/worker.js', '--hub', hub);
    await worker.printed(/^worker ready: fib-at@1, multiply-by@1, sum@1$/mu);
    const { status, stdout, stderr } = await start(
      'dist/examples/fibonacci-sum/leader.js',
      '--hub',
      hub,
      '--factor',
      '2',
    ).ended();
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '286\n', stderr: '' });
    worker.signal('SIGTERM');
    expect(await worker.ended()).toMatchObject({ status: 0, stderr: '', leftBehind: false });
  });
});
