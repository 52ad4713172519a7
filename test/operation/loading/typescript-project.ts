// Node loads modules in threads, from compiled code: this tests what the build made.
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { defineOperation, inMemory } from 'paladin-rx';
import { expect } from 'vitest';
import { folderOf } from './folder-of.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A project that has installed this package. */
export function projectOf(files: Readonly<Record<string, string>>): string {
  const folder = folderOf({ 'package.json': '{ "type": "module" }', ...files });
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  symlinkSync(root, join(folder, 'node_modules/paladin-rx'));
  return folder;
}

/** A module with one operation, which returns a value. */
export const operation = (name: string, value: string): string =>
  `import { defineOperation } from 'paladin-rx';\nexport const ${name} = defineOperation({ name: '${name}', execute: async () => ${value} });\n`;

/** What each operation of these modules returns, in one thread. */
export async function results(folder: string, modules: readonly string[], ...names: string[]): Promise<unknown[]> {
  const urls = modules.map((module) => new URL(module, `${pathToFileURL(folder).href}/`));
  await using runtime = inMemory({ workers: 1, modules: urls });
  return await Promise.all(names.map((name) => runtime.run(defineOperation({ name, execute: () => undefined }), null)));
}

/** Expects that modules cannot be loaded, for this reason and cause. `FOLDER` stands for the folder of the project. */
export async function expectMistake(files: Readonly<Record<string, string>>, reason: string, cause: object): Promise<void> {
  const folder = projectOf(files);
  const message = `cannot load module ${folder}/operations.ts: ${reason.replaceAll('FOLDER', folder)}`;
  await expect(results(folder, ['operations.ts'], 'any')).rejects.toMatchObject({ code: 'INVALID_INPUT', message, cause });
}
