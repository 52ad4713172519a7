import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { freePort } from '../support/free-port.js';

const root = new URL('../../', import.meta.url);
const deadly = new URL('../fixtures/dying-operations.mjs', import.meta.url).href;

/** A program that goes on after errors that nothing caught, and counts them. */
const program = (rest: string): string => `
  import { connect, defineOperation, remoteMap } from 'paladin-rx';
  import { startHub } from 'paladin-rx/server';
  import { startWorker } from 'paladin-rx/worker';
  import { lastValueFrom, range, toArray } from 'rxjs';
  const thrown = new Set();
  process.on('uncaughtException', (error) => thrown.add(error.message));
  const fail = (about) => { throw new Error(about); };
  const addOne = defineOperation({ name: 'addOne', execute: (x) => x + 1 });
  const addUp = async (runtime, operation = addOne) =>
    (await lastValueFrom(range(0, 10).pipe(remoteMap(operation, runtime), toArray()))).join(' ');
  ${rest}
  console.log([...thrown].sort().join(' '));`;

async function outputOf(rest: string): Promise<string[]> {
  const args = ['--input-type=module', '--eval', program(rest)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, timeout: 30_000 });
  return stdout.trimEnd().split('\n');
}

const sums = '1 2 3 4 5 6 7 8 9 10';

it('what throws at each activity of hub and worker is told to the program, and jobs go on', async () => {
  const lines = await outputOf(`
    const hub = await startHub({ port: 0, onActivity: ({ type }) => fail('hub:' + type), onEvent: ({ type }) => fail('hub:' + type) });
    const worker = await startWorker({ hub: hub.url, operations: [addOne], onActivity: ({ type }) => fail(type) });
    const runtime = await connect(hub.url, { noWorkerTimeout: 5_000 });
    console.log(await addUp(runtime));
    await runtime.close();
    await worker.drain();
    await hub.close();
    await new Promise(setImmediate);`);
  const ofHub = [
    'batchAnswered',
    'batchAssigned',
    'batchQueued',
    'jobClosed',
    'jobEnded',
    'jobOpened',
    'joined',
    'left',
    'workerDraining',
  ];
  const told = [
    'batchBegun',
    'batchDone',
    ...[...ofHub, 'workerOffers'].map((type) => `hub:${type}`),
    'jobForgotten',
    'jobKnown',
  ];
  expect(lines).toEqual([sums, told.join(' ')]);
}, 40_000);

it('a thread is replaced, and its batch executed again, where onThreadDeath throws', async () => {
  const lines = await outputOf(`
    const hub = await startHub({ port: 0 });
    const modules = [${JSON.stringify(deadly)}];
    const worker = await startWorker({ hub: hub.url, modules, threads: 1, onThreadDeath: () => fail('death') });
    const runtime = await connect(hub.url);
    console.log(await addUp(runtime, defineOperation({ name: 'double', execute: (x) => 2 * x })));
    await runtime.close();
    await worker.close();
    await hub.close();`);
  expect(lines).toEqual(['0 2 4 6 8 10 12 14 16 18', 'death']);
}, 40_000);

it('a worker comes back to its hub where onLost and onBack throw', async () => {
  const port = await freePort();
  const lines = await outputOf(`
    const first = await startHub({ port: ${port} });
    let back;
    const isBack = new Promise((resolve) => (back = resolve));
    const onBack = () => { back(); fail('back'); };
    const worker = await startWorker({ hub: first.url, operations: [addOne], onLost: () => fail('lost'), onBack });
    const runtime = await connect(first.url);
    await first.close();
    const second = await startHub({ port: ${port} });
    await isBack;
    console.log(await runtime.run(addOne, 1));
    await runtime.close();
    await worker.close();
    await second.close();`);
  expect(lines).toEqual(['2', 'back lost']);
}, 40_000);
