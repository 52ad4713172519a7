// Over real message ports and in real threads, which look like Web Workers; test/package/chromium.slow.test.ts has real ones.
import { inMemory, remoteFold, remoteMap, type InMemoryOptions, type PaladinError } from 'paladin-rx';
import { serveOperations, startWorker } from 'paladin-rx/worker';
import { lastValueFrom, range, toArray } from 'rxjs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { inMemory as inMemoryInPage } from '../../dist/src/index.browser.js';
import { startWorker as startInPage } from '../../dist/src/worker.browser.js';
import * as operations from '../fixtures/web-operations.mjs';
import { errorOf, fixture, made, make, quiet, start } from './web-runtime.js';

describe('in Web Workers', () => {
  const { double, sum, failsAt, loopsAt, says } = operations;

  it('elements are mapped and folded', async () => {
    const on = start({ workers: 2 });
    expect(await lastValueFrom(range(0, 1_000).pipe(remoteMap(double, on), toArray()))).toEqual(
      Array.from({ length: 1_000 }, (_, x) => 2 * x),
    );
    expect(await lastValueFrom(range(1, 1_000).pipe(remoteMap(double, on), remoteFold(sum, on)))).toBe(1_001_000);
    expect(await on.run(double, 21)).toBe(42);
    expect(made).toHaveLength(2);
  });

  it('errors have their class, stack and cause', async () => {
    const error = await errorOf(lastValueFrom(range(0, 100).pipe(remoteMap(failsAt(37), start()))));
    expect(error).toMatchObject({ code: 'OPERATION_FAILED', operation: 'fails-at', index: 37 });
    expect(error.cause).toMatchObject({ name: 'FatalError', message: 'no 37 here', cause: { name: 'RangeError' } });
    expect((error.cause as Error).stack).toMatch(/at complain .*web-operations\.mjs/u);
  });

  it('an element that computes without end fails after its timeout, and its worker is replaced', async () => {
    quiet();
    const failed = lastValueFrom(range(0, 500).pipe(remoteMap(loopsAt(321), start(), { timeout: 150, batch: 500 })));
    expect(await errorOf(failed)).toMatchObject({ code: 'TASK_TIMEOUT', index: 321 });
    expect(made.length).toBeGreaterThan(1);
  });

  it('other messages between the page and its workers pass by', async () => {
    const on = start();
    await on.run(double, 1);
    made[0]?.postMessage({ hello: 'from the page' });
    expect(await on.run(says, 'hi')).toEqual(['from the page']);
    expect(made[0]?.others).toEqual([{ said: 'hi' }]);
  });
});

describe('a worker that cannot be had', () => {
  const failing = (options: Partial<InMemoryOptions>): Promise<PaladinError> => errorOf(start(options).run(operations.double, 1));

  it.each([
    ['no script is found', 'web-worker-is-not-there', /could not load its script, or what that imports .*: look at the address/u],
    ['its script throws', 'web-worker-throws', /Uncaught SyntaxError: bad script \(file:.*:1\) before it was ready/u],
    ['it has another version', 'web-worker-other-version', /another version of paladin-rx/u],
  ])('since %s', async (_, script, message) => {
    const error = await failing({ worker: make(script) });
    expect(error.code).toBe('INVALID_INPUT');
    expect(error.message).toMatch(message);
  });

  it('since its script starts Web Workers itself, which are ended', async () => {
    const error = await failing({ worker: make('web-worker-starts-first') });
    expect(error.code).toBe('INVALID_INPUT');
    expect(error.message).toMatch(/serveOperations: the script of a Web Worker starts Web Workers itself, .* file of their own/u);
    for (const { others } of made) expect(others).toEqual(['made', 'terminated']);
  });

  it('since its script starts Web Workers once it serves: none is made', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    onTestFinished(() => warned.mockRestore());
    start({ worker: make('web-worker-serves-first') });
    await vi.waitFor(() => {
      const texts = warned.mock.calls.map(([text]) => String(text));
      expect(texts).toContainEqual(expect.stringContaining('inMemory: the script of a Web Worker starts Web Workers itself'));
    }, 10_000);
    for (const { others } of made) expect(others).toEqual([]);
  });

  it('since its script says nothing', async () => {
    const error = await failing({ worker: make('web-worker-silent'), noWorkerTimeout: 50 });
    expect(error.code).toBe('NO_WORKER');
    expect(error.message).toMatch(/within 50 ms: no worker is connected; its Web Worker has said nothing: does its script call/u);
  });

  it('since it is none', async () => {
    for (const worker of [() => ({}), () => Promise.resolve(new URL('file:///x')), () => 'a.js']) {
      const error = await failing({ worker: worker as never });
      expect(error.message).toMatch(/expected worker to return a new Web Worker at each call, .* got /u);
    }
  });

  it('since making it throws', async () => {
    const worker = (): never => {
      throw new Error('SecurityError: blocked');
    };
    expect((await failing({ worker })).message).toMatch(/cannot start a thread: SecurityError: blocked/u);
  });
});

describe('options', () => {
  const code = 'INVALID_INPUT';

  it('contradict each other', () => {
    const worker = make();
    for (const other of [{ modules: [fixture('web-operations')] }, { operations: [operations.double] }, { threadMemoryMb: 64 }]) {
      expect(() => inMemory({ worker, ...other })).toThrow(expect.objectContaining({ code }));
    }
    expect(() => inMemory({ worker: new URL('file:///x') as never })).toThrow(/expected worker to be a function/u);
    expect(made).toEqual([]);
  });

  it('of startWorker, too', async () => {
    const worker = make();
    const hub = 'http://127.0.0.1:1';
    for (const other of [
      { modules: [fixture('web-operations')] },
      { operations: [operations.double] },
      { threadMemoryMb: 64 },
      { slots: 2 },
      { inline: true },
      { threads: 0 },
    ]) {
      expect(await errorOf(startWorker({ hub, worker, ...other }))).toMatchObject({ code });
    }
    expect(made).toEqual([]);
  });
});

describe('options of Node, in a page', () => {
  it('are answered with what there is instead', async () => {
    const hub = 'http://127.0.0.1:1';
    const modules = [fixture('web-operations')];
    // Callers in JavaScript may hand in any name.
    await expect(startInPage({ hub, modules } as never)).rejects.toThrow(/no option 'modules'; .*Write worker: /u);
    expect(() => inMemoryInPage({ modules })).toThrow(/expected worker or operations rather than modules/u);
  });
});

describe('serveOperations', () => {
  it('is for Web Workers', () => {
    expect(() => serveOperations(operations)).toThrow(
      /expected to be called in the script of a Web Worker; in Node, pass its operations as modules/u,
    );
  });
});
