import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { gaps, hiddenTypes, publicApi } from './public-api.js';

const root = ts.sys.resolvePath(`${import.meta.dirname}/../..`);
const manifest = ts.sys.readFile(`${root}/package.json`) ?? '';
/** The sources of all entries that package.json names. */
const entries = [
  ...new Set(Array.from(manifest.matchAll(/"\.\/dist\/(?<source>[\w./]+)\.d\.ts"/gu), (found) => `${found[1]}.ts`)),
];
const api = publicApi(root, entries);

describe('what the package exports is documented', () => {
  test('at all entries', () => {
    expect(entries.toSorted()).toEqual([
      'operators/index.ts',
      'server/index.ts',
      'src/index.browser.ts',
      'src/index.ts',
      'src/otel.ts',
      'src/progress.ts',
      'src/testing.ts',
      'src/worker.browser.ts',
      'src/worker.ts',
    ]);
    expect(api.symbols.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['remoteMap', 'inMemory', 'Token', 'startHub', 'HubOptions', 'startWorker']),
    );
  });

  test.each(api.symbols.map((symbol) => [symbol.name, symbol] as const))('%s', (_, symbol) => {
    expect(gaps(symbol, api.checker)).toEqual([]);
  });
});

describe('each type that a signature names is exported, by the same entry or by the main one', () => {
  const main = api.byEntry.get('src/index.ts') ?? new Set();
  test.each([...api.byEntry])('%s', (_, exported) => {
    expect(hiddenTypes(exported, new Set([...exported, ...main]), api.checker)).toEqual([]);
  });
});
