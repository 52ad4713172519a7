import { expect, it } from 'vitest';
import { startInMemory, type InMemoryOptions, type StartThread } from '../../server/in-process/in-memory.js';

/** For each option a value that is wrong. */
const wrong: readonly InMemoryOptions[] = [
  { workers: 0 },
  { serializer: 'xml' as never },
  { noWorkerTimeout: -1 },
  { maxPayloadBytes: 0 },
  { maxDeaths: 0 },
  { threadMemoryMb: 0 },
  { threadStartTimeout: -1 },
  { operations: [] },
  { modules: [] },
];

it.each(wrong)('no thread is started where an option of inMemory is wrong: %o', (options) => {
  let started = 0;
  const startThread: StartThread = () => {
    started += 1;
    return Promise.reject(new Error('no thread is to be had'));
  };
  const modules = ['./operations.js'];
  expect(() => startInMemory({ modules, ...options }, { startThread, threads: 1, hasModules: true })).toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT' }),
  );
  expect(started).toBe(0);
});
