/** Programs of users, checked and run with the package as it is published. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { provide, unpackInto } from './unpacked.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paladin-consumer-'));
  await unpackInto(folder);
  await provide('@types/node', folder);
  // The same program as an ES module and as CommonJS.
  for (const name of ['plain', 'hosted', 'traced']) {
    for (const extension of ['mts', 'cts']) {
      await cp(join(import.meta.dirname, `consumers/${name}.ts`), join(folder, `${name}.${extension}`));
    }
  }
}, 60_000);
afterAll(async () => rm(folder, { recursive: true, force: true }));

/** What the compiler says of a program that uses the package; of what is wrong in other packages only how often. */
function complaints(files: readonly string[], options: ts.CompilerOptions): string[] {
  const program = ts.createProgram(
    files.map((file) => join(folder, file)),
    {
      noEmit: true,
      strict: true,
      skipLibCheck: false,
      target: ts.ScriptTarget.ES2022,
      types: [],
      ...options,
    },
  );
  return ts
    .getPreEmitDiagnostics(program)
    .filter(({ file: at }) => at === undefined || !/node_modules\/(?!paladin-rx\/)/u.test(at.fileName))
    .map((each) =>
      ts.formatDiagnostic(each, { getCanonicalFileName: String, getCurrentDirectory: () => folder, getNewLine: () => '\n' }),
    );
}

const resolutions = {
  node20: { module: ts.ModuleKind.Node20 },
  nodenext: { module: ts.ModuleKind.NodeNext },
  bundler: { module: ts.ModuleKind.Preserve, moduleResolution: ts.ModuleResolutionKind.Bundler },
};
const libs = {
  alone: { lib: ['lib.es2022.d.ts'] },
  dom: { lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'] },
  node: { lib: ['lib.esnext.d.ts'], types: ['node'] },
};

describe('types check in programs of users', () => {
  const check = (name: string, options: ts.CompilerOptions, ...files: string[]): void => {
    test(name, { timeout: 60_000 }, () => {
      expect(complaints(files, options)).toEqual([]);
    });
  };
  for (const [resolution, module] of Object.entries(resolutions)) {
    check(`with ES2022 alone, under ${resolution}`, { ...module, ...libs.alone }, 'plain.mts', 'plain.cts');
  }
  for (const exactOptionalPropertyTypes of [false, true]) {
    const exactly = exactOptionalPropertyTypes ? ', with exactOptionalPropertyTypes' : '';
    for (const lib of ['dom', 'node'] as const) {
      const options = { ...resolutions.node20, ...libs[lib], exactOptionalPropertyTypes };
      check(`with types of ${lib}${exactly}`, options, 'plain.mts', 'plain.cts', 'hosted.mts', 'hosted.cts');
    }
  }

  check('with OpenTelemetry', { ...resolutions.node20, ...libs.node }, 'traced.mts', 'traced.cts');

  test('under node16 as an ES module; CommonJS of node16 cannot require ES modules, and says so', { timeout: 60_000 }, () => {
    const options = { module: ts.ModuleKind.Node16, ...libs.dom };
    expect(complaints(['plain.mts'], options)).toEqual([]);
    expect(complaints(['plain.cts'], options)[0]).toMatch(/TS1479: The current file is a CommonJS module/u);
  });
});

describe('programs of users run', () => {
  const program = (load: string): string => `
    ${load}
    async function main() {
      const runtime = inMemory();
      const double = defineOperation({ name: 'double', execute: (x) => 2 * x });
      console.log(await runtime.run(double, 21));
      const hub = await startHub({ port: 0 });
      const worker = await startWorker({ hub: hub.url, operations: [double] });
      const remote = await connect(hub.url);
      console.log(await remote.run(double, 4));
      await Promise.all([runtime.close(), remote.close(), worker.close()]);
      await hub.close();
    }
    main();`;
  const names = 'connect, defineOperation, inMemory';

  test.each([
    [
      'mjs',
      `import { ${names} } from 'paladin-rx'; import { startHub } from 'paladin-rx/server'; import { startWorker } from 'paladin-rx/worker';`,
    ],
    [
      'cjs',
      `const { ${names} } = require('paladin-rx'); const { startHub } = require('paladin-rx/server'); const { startWorker } = require('paladin-rx/worker');`,
    ],
  ])('as .%s, without a warning', { timeout: 30_000 }, async (extension, load) => {
    const path = join(folder, `program.${extension}`);
    await writeFile(path, program(load));
    expect(await promisify(execFile)(process.execPath, [path], { cwd: folder })).toEqual({ stdout: '42\n8\n', stderr: '' });
  });
});
