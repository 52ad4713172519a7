import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findModules } from '../../../src/operation/loading/find-modules.js';
import { folderOf } from './folder-of.js';

async function found(...modules: (string | URL)[]): Promise<string[]> {
  return (await findModules(modules)).map(({ href }) => href);
}

const hrefOf = (...path: string[]): string => pathToFileURL(join(...path)).href;

/** Works in a folder with these files until the test is over. */
function workIn(files: Readonly<Record<string, string>>): string {
  const before = process.cwd();
  const folder = folderOf(files);
  process.chdir(folder);
  onTestFinished(() => process.chdir(before));
  return folder;
}

describe('a module is found', () => {
  it('by a path from the working directory, or by one from the root', async () => {
    const folder = workIn({ 'operations.ts': '', 'jobs/more.js': '' });
    const expected = [hrefOf(folder, 'operations.ts'), hrefOf(folder, 'jobs/more.js')];
    expect(await found('./operations.ts', 'jobs/more.js')).toEqual(expected);
    expect(await found('operations.js', './jobs/more')).toEqual(expected);
    expect(await found(join(folder, 'operations.js'), join(folder, 'jobs/more.js'))).toEqual(expected);
  });

  it('by a URL, also as text, or of another class', async () => {
    const folder = folderOf({ 'operations.ts': '', 'with space.js': '' });
    const main = hrefOf(folder, 'main.js');
    const url = new URL('./operations.js', main);
    const foreign = { href: url.href } as URL;
    expect(await found(url, url.href, foreign)).toEqual(Array.from({ length: 3 }, () => hrefOf(folder, 'operations.ts')));
    expect(await found(new URL('./with%20space.js', main))).toEqual([hrefOf(folder, 'with space.js')]);
    expect(await found(new URL('./operations.ts?version=2', main))).toEqual([`${hrefOf(folder, 'operations.ts')}?version=2`]);
    expect(await found('data:text/javascript,1')).toEqual(['data:text/javascript,1']);
  });

  it('by the specifier of a package of the project, not of this one', async () => {
    const folder = workIn({
      'node_modules/jobs/package.json': '{"exports": {"./operations": "./dist/operations.js"}}',
      'node_modules/jobs/dist/operations.js': '',
    });
    expect(await found('jobs/operations')).toEqual([hrefOf(folder, 'node_modules/jobs/dist/operations.js')]);
    // It is a dependency of this package, but not of the project.
    await expect(found('get-tsconfig')).rejects.toThrow(/there is no package 'get-tsconfig' in the node_modules of/u);
  });

  it('by a name that tsconfig.json gives it', async () => {
    const folder = workIn({
      'tsconfig.json': '{\n  // Comments are allowed.\n  "compilerOptions": { "paths": { "@jobs/*": ["./src/jobs/*"] } },\n}',
      'src/jobs/operations.ts': '',
    });
    expect(await found('@jobs/operations', '@jobs/operations.js')).toEqual([
      hrefOf(folder, 'src/jobs/operations.ts'),
      hrefOf(folder, 'src/jobs/operations.ts'),
    ]);
  });

  it('by a name of a project that tsconfig.json extends or refers to', async () => {
    const folder = workIn({
      'tsconfig.json': '{ "files": [], "references": [{ "path": "./tsconfig.app.json" }] }',
      'tsconfig.app.json': '{ "extends": "./tsconfig.base.json" }',
      'tsconfig.base.json': '{ "compilerOptions": { "baseUrl": "src", "paths": { "#jobs": ["jobs.ts"] } } }',
      'src/jobs.ts': '',
    });
    expect(await found('#jobs')).toEqual([hrefOf(folder, 'src/jobs.ts')]);
  });
});

describe('a module is missed', () => {
  const missed = async (module: string | URL): Promise<string> => {
    const error: unknown = await found(module).then(
      () => 'found',
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'INVALID_INPUT' });
    return (error as Error).message;
  };

  it('by its path, with the name that may be meant', async () => {
    const folder = workIn({ 'operations.mjs': '', 'other.js': '', 'operations.d.ts': '' });
    expect(await missed('./operation.js')).toBe(
      `cannot load module ${folder}/operation.js: there is no such file; did you mean operations.mjs?`,
    );
    expect(await missed('./absent/operations.js')).toBe(
      `cannot load module ${folder}/absent/operations.js: there is no such file`,
    );
  });

  it('by its name, which may be a file or a package', async () => {
    const folder = workIn({ 'operations.mjs': '' });
    expect(await missed('operations.js')).toBe(
      `cannot load module operations.js: there is no such file in ${folder}; did you mean operations.mjs?; ` +
        `there is no package 'operations.js' in the node_modules of ${folder} or of a folder above it`,
    );
  });

  it('by a name of tsconfig.json, with the file that it means', async () => {
    const folder = workIn({
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }',
      'src/operations.ts': '',
    });
    expect(await missed('@/operation.ts')).toContain(
      `; paths of tsconfig.json means ${folder}/src/operation.ts: did you mean operations.ts?`,
    );
    expect(await missed('@/operation')).toContain(
      `; paths of tsconfig.json means ${folder}/src/operation: did you mean operations.ts?`,
    );
    expect(await missed('@/else/far')).toContain(`; paths of tsconfig.json means ${folder}/src/else/far`);
    expect(await missed('else/far')).not.toContain('paths of tsconfig.json');
  });

  it('when it is a folder', async () => {
    const folder = folderOf({ 'jobs/operations.ts': '' });
    const expected = `cannot load module ${folder}/jobs: it is a folder without an index module; name its modules, each by its file`;
    expect(await missed(join(folder, 'jobs'))).toBe(expected);
    expect(await missed(new URL(hrefOf(folder, 'jobs')))).toBe(expected);
  });

  it('by a URL, as in a bundle that lacks it', async () => {
    const folder = folderOf({ 'main.js': '' });
    expect(await missed(new URL('./operations.js', hrefOf(folder, 'main.js')))).toBe(
      `cannot load module ${folder}/operations.js: there is no such file. If the program is bundled, the bundler has not ` +
        'written this file: make the module an entry point of its own, and keep paladin-rx external (see docs/bundlers.md)',
    );
  });

  it('when it is no module', async () => {
    const folder = folderOf({ 'operations.py': '' });
    const expected = /: expected a \.js, \.mjs, \.cjs, \.ts, \.mts, \.cts or \.tsx file$/u;
    expect(await missed(join(folder, 'operations.py'))).toMatch(expected);
    expect(await missed(new URL(hrefOf(folder, 'absent.json')))).toMatch(expected);
    expect(await missed('https://example.com/operations.js')).toBe(
      'cannot load module https://example.com/operations.js: expected a path, a package or a URL of a file, got one of https:',
    );
  });

  it('when what begins as a URL is none of a file', async () => {
    expect(await missed('http:')).toBe('cannot load module http:: Invalid URL');
    expect(await missed({ href: 'nothing' } as URL)).toBe('cannot load module nothing: Invalid URL');
    expect(await missed('file://host/x.js')).toMatch(/^cannot load module file:\/\/host\/x\.js: File URL host must be/u);
    expect(await missed('file:///a%2Fx.js')).toMatch(/^cannot load module file:\/\/\/a%2Fx\.js: File URL path must not/u);
  });
});
