import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { packInto } from './unpacked.js';

/** What a program has printed, and how it has ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project in an empty folder, into which npm has installed packages. It needs the registry of npm. */
export class InstalledProject implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** A project with this package as it is published, and with further ones, as in `esbuild@0.28`. */
  static async with(...packages: readonly string[]): Promise<InstalledProject> {
    const project = await InstalledProject.empty();
    await project.install(await packInto(project.path), ...packages);
    return project;
  }

  static async empty(): Promise<InstalledProject> {
    const project = new InstalledProject(await mkdtemp(join(tmpdir(), 'paladin-installed-')));
    await project.write({ 'package.json': '{ "private": true, "type": "module" }' });
    return project;
  }

  /** @throws what npm says when it fails, as it does without a registry */
  async install(...packages: readonly string[]): Promise<void> {
    const { code, stderr } = await this.run(['npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', ...packages]);
    if (code !== 0) throw new Error(`npm cannot install ${packages.join(', ')}: ${stderr}`);
  }

  /** Writes files, by their paths in the project. */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.path, name)), { recursive: true });
      await writeFile(join(this.path, name), text);
    }
  }

  /** Runs a command, found among those of the installed packages first, in a folder of the project. */
  async run([program = '', ...args]: readonly string[], folder = '.'): Promise<Ended> {
    const PATH = [join(this.path, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
    // Without what a test runner has set for programs that it starts.
    const { VITEST: _, NODE_ENV: _env, NODE_OPTIONS: _options, FORCE_COLOR: _colors, ...env } = process.env;
    return await new Promise((resolve) => {
      execFile(
        program,
        args,
        { cwd: join(this.path, folder), env: { ...env, PATH, NO_COLOR: '1' }, maxBuffer: 2 ** 24 },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : Number(error.code ?? 1);
          resolve({ code, stdout, stderr });
        },
      );
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
