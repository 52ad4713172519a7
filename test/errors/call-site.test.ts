import { connect, defineOperation, inMemory, PaladinError, remoteMap } from 'paladin-rx';
import { fetchStatus, startHub } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { concat, lastValueFrom, of, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.js';
import { outcomeOf, rejectionOf } from '../support/outcome.js';

const half = defineOperation({
  name: 'half',
  execute: (x: number) => {
    if (x % 2 === 1) throw new RangeError(`${x} is odd`);
    return x / 2;
  },
});
const same = defineOperation({ name: 'same', execute: (x: number) => x });

/** The functions of this file that stand in the stack, the nearest first. */
function callersIn(stack: string | undefined): readonly string[] {
  const lines = (stack ?? '').split('\n').filter((line) => line.includes('call-site.test'));
  return lines.map((line) => /at (?:async )?(?<name>\w+)/u.exec(line)?.groups?.['name'] ?? '?');
}

/** The first line of the stack that is a frame. */
const firstFrame = (error: unknown): string => String(Reflect.get(error as object, 'stack')).split('\n')[1] ?? '';

describe('the stack of an error', () => {
  it('begins where the operator was made, also where it is fused with others', async () => {
    await using runtime = inMemory();
    function makeHalf() {
      return remoteMap(half, runtime);
    }
    const stages = [of(2, 3).pipe(makeHalf()), of(2, 3).pipe(remoteMap(same, runtime), makeHalf(), remoteMap(same, runtime))];
    for (const result of stages) {
      const { error } = await outcomeOf(result);
      expect(error).toMatchObject({ code: 'OPERATION_FAILED', operation: 'half', index: 1 });
      expect(firstFrame(error)).toMatch(/makeHalf .*call-site\.test/u);
      expect(String(Reflect.get(error as object, 'stack'))).toMatch(
        /^PaladinError: operation 'half' failed at index 1: 3 is odd\n/u,
      );
    }
  });

  it('is that of the operator for an element that is left out, too', async () => {
    await using runtime = inMemory();
    const left: unknown[] = [];
    function makeHalf() {
      return remoteMap(half, runtime, { onFatal: 'skip', onSkip: (error) => left.push(error) });
    }
    expect(await lastValueFrom(of(3, 4).pipe(makeHalf()))).toBe(2);
    expect(left.map(firstFrame)).toEqual([expect.stringMatching(/makeHalf .*call-site\.test/u)]);
  });

  it('begins where run was called, for each call by itself', async () => {
    await using runtime = inMemory();
    async function first() {
      return await runtime.run(half, 1);
    }
    async function second() {
      return await runtime.run(half, 3);
    }
    await runtime.run(half, 2);
    await runtime.run(half, 4);
    expect(callersIn((await rejectionOf(first())).stack)[0]).toBe('first');
    await runtime.run(half, 2);
    expect(callersIn((await rejectionOf(second())).stack)[0]).toBe('second');
    expect(firstFrame(await rejectionOf(second()))).toMatch(/second .*call-site\.test/u);
  });

  it('begins where a job was opened', async () => {
    await using runtime = inMemory();
    function openHalf(reject: (error: unknown) => void) {
      return runtime.openJob(
        { stages: [{ kind: 'map', operation: half }] },
        { next: () => undefined, completed: () => undefined, failed: reject },
      );
    }
    const failed = new Promise<unknown>((resolve) => {
      openHalf(resolve).push(1);
    });
    expect(firstFrame(await failed)).toMatch(/openHalf .*call-site\.test/u);
  });

  it('is each one of its own where one thing ends several jobs', async () => {
    const runtime = inMemory();
    const never = defineOperation({ name: 'never', execute: (_: number) => new Promise<number>(() => undefined) });
    function one() {
      return remoteMap(never, runtime);
    }
    function other() {
      return remoteMap(never, runtime);
    }
    const ended = [of(1).pipe(one()), of(1).pipe(other())].map(outcomeOf);
    await runtime.close();
    const [a, b] = await Promise.all(ended);
    expect([a?.error, b?.error]).toMatchObject([{ code: 'CLOSED' }, { code: 'CLOSED' }]);
    expect([a?.error, b?.error].map((error) => callersIn(Reflect.get(error as object, 'stack') as string)[0])).toEqual([
      'one',
      'other',
    ]);
  });

  it('begins where the program wanted to reach a hub, or to start one', async () => {
    await using hub = await startHub({ port: 0 });
    const url = `http://127.0.0.1:${await freePort()}`;
    const modules = [new URL('../fixtures/throws-at-import.mjs', import.meta.url)];
    const starts = {
      connects: async () => await connect(url),
      asks: async () => await fetchStatus(url),
      offers: async () => await startWorker({ hub: url, operations: [half] }),
      loads: async () => await startWorker({ hub: hub.url, modules, threads: 1 }),
      loadsHere: async () => await startWorker({ hub: hub.url, modules, inline: true }),
      listens: async () => await startHub({ port: hub.port }),
      misnames: async () => await connect('nowhere'),
    };
    for (const [name, start] of Object.entries(starts)) {
      const error = await rejectionOf(start());
      expect(error).toBeInstanceOf(PaladinError);
      expect(firstFrame(error)).toMatch(new RegExp(`${name} .*call-site\\.test`, 'u'));
    }
  });

  it('stays as it is where the error is that of the source', async () => {
    await using runtime = inMemory();
    const own = new PaladinError('OPERATION_FAILED', 'mine', { operation: 'same' });
    const { stack } = own;
    const { error } = await outcomeOf(
      concat(
        of(1),
        throwError(() => own),
      ).pipe(remoteMap(same, runtime)),
    );
    expect(error).toBe(own);
    expect(own.stack).toBe(stack);
  });
});
