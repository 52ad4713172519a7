import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/**
 * Makes a project in an empty folder that has this package as npm would unpack it, and what the package depends on. Nothing is
 * downloaded: the dependencies are those of this project.
 */
export async function unpackInto(folder: string): Promise<void> {
  const archive = await packInto(folder);
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Manifest;
  const unpacked = join(folder, 'node_modules', manifest.name);
  await mkdir(unpacked, { recursive: true });
  await run('tar', ['-xzf', archive, '--strip-components=1', '-C', unpacked]);
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) await provide(name, folder);
}

/** Packs this package, which was built before, as it is published. Returns the path of the archive. */
export async function packInto(folder: string): Promise<string> {
  const { stdout } = await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], { cwd: root });
  return join(folder, stdout.trim());
}

/** Gives the project a package of this one. */
export async function provide(name: string, folder: string): Promise<void> {
  const link = join(folder, 'node_modules', name);
  await mkdir(dirname(link), { recursive: true });
  await symlink(join(root, 'node_modules', name), link);
}

interface Manifest {
  readonly name: string;
  readonly dependencies: object;
  readonly peerDependencies: object;
}
