import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

/**
 * The translation of a module as it is kept in `node_modules/.cache` of its project. A project without `node_modules`, and one
 * that cannot be written to, keeps none.
 */
export class KeptTranslation {
  readonly #file: string | undefined;
  /** What the file ends with, if it is of this source. */
  readonly #mark: string;

  /**
   * @param kind what it is translated into
   * @param source what is translated
   */
  constructor(path: string, kind: string, source: string) {
    const folder = packagesAbove(dirname(path));
    const name = `${basename(path)}-${hashOf(path, kind)}.js`;
    this.#file = folder === undefined ? undefined : join(folder, '.cache', 'paladin-rx', name);
    this.#mark = `\n// ${versions()} ${hashOf(source)}`;
  }

  read(): string | undefined {
    if (this.#file === undefined) return undefined;
    try {
      const code = readFileSync(this.#file, 'utf8');
      return code.endsWith(this.#mark) ? code : undefined;
    } catch {
      return undefined;
    }
  }

  /** Other threads and processes may read and write the same at the same time: the file is there whole, or not at all. */
  write(code: string): void {
    if (this.#file === undefined) return;
    const draft = `${this.#file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
    try {
      mkdirSync(dirname(this.#file), { recursive: true });
      writeFileSync(draft, code + this.#mark);
      renameSync(draft, this.#file);
    } catch {
      // The next one translates it again.
    }
  }
}

/** What translates: another version may translate the same source differently. */
function versions(): string {
  const load = createRequire(import.meta.url);
  return ['paladin-rx', 'jiti']
    .map((name) => `${name} ${(load(`${name}/package.json`) as { readonly version: string }).version}`)
    .join(', ');
}

function hashOf(...texts: string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('base64url');
}

function packagesAbove(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const packages = join(at, 'node_modules');
    if (existsSync(packages)) return packages;
    if (dirname(at) === at) return undefined;
  }
}
