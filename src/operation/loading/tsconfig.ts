import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createPathsMatcher, getTsconfig, parseTsconfig, type Cache, type TsConfigResult } from 'get-tsconfig';
import { fileFor, isDeclaration } from './file-for.js';

/** What a `tsconfig.json` says of the modules of its project. */
interface Project {
  readonly file: string;
  readonly options: CompilerOptions;
  /** What each specifier may stand for. */
  readonly matchers: readonly ((specifier: string) => string[])[];
}

type CompilerOptions = NonNullable<TsConfigResult['config']['compilerOptions']>;

/** The projects to which modules belong, each read once. */
export class Projects {
  readonly #byFolder = new Map<string, Project | undefined>();
  readonly #files: Cache = new Map();

  /** The compiler options that hold for the modules of a folder. */
  optionsOf(folder: string): CompilerOptions {
    return this.#projectOf(folder)?.options ?? {};
  }

  /** The file that `paths` (or `baseUrl`) gives a specifier in a module of a folder; undefined when they give none. */
  fileByPaths(specifier: string, folder: string): string | undefined {
    for (const path of this.pathsFor(specifier, folder)) {
      const file = fileFor(path);
      // A declaration gives types to a package that Node finds.
      if (file !== undefined && !isDeclaration(file)) return file;
    }
    return undefined;
  }

  /** The paths that `paths` (or `baseUrl`) gives a specifier in a module of a folder, whether there are files or not. */
  pathsFor(specifier: string, folder: string): string[] {
    return (this.#projectOf(folder)?.matchers ?? []).flatMap((matcher) => matcher(specifier));
  }

  #projectOf(folder: string): Project | undefined {
    if (!this.#byFolder.has(folder)) this.#byFolder.set(folder, this.#read(folder));
    return this.#byFolder.get(folder);
  }

  #read(folder: string): Project | undefined {
    // The compiler does not look there either: packages are compiled.
    if (/[\\/]node_modules(?:[\\/]|$)/u.test(folder)) return undefined;
    const found = getTsconfig(folder, 'tsconfig.json', this.#files);
    if (found === null) return undefined;
    const all = [found, ...this.#referencesOf(found)];
    const matchers = all.flatMap((each) => createPathsMatcher(each) ?? []);
    return { file: found.path, options: found.config.compilerOptions ?? {}, matchers };
  }

  /** The projects that it refers to. Some programs have nothing else in their `tsconfig.json`. */
  #referencesOf({ path, config }: TsConfigResult): TsConfigResult[] {
    return (config.references ?? []).flatMap((reference) => {
      const at = resolve(dirname(path), reference.path);
      const file = at.endsWith('.json') ? at : join(at, 'tsconfig.json');
      return existsSync(file) ? [{ path: file, config: parseTsconfig(file, this.#files) }] : [];
    });
  }
}
