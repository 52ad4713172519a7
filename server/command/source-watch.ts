/**
 * Sees when files have changed, by looking at them again and again. That works on every file system. It also works however an
 * editor writes: in one step, in two, or by a new file in the old one's place.
 */
import { statSync } from 'node:fs';

/** What is told apart: another stamp is another content. Empty: there is no such file. */
export type StampOf = (path: string) => string;

/** A file that is gone may be about to be written anew. So many looks later it counts as gone. */
const looksForGone = 4;

/**
 * Which of some files have changed since they were loaded last. It reports them once nothing has changed between two looks: then
 * they are written.
 */
export class SourceWatch {
  readonly #find: () => readonly string[];
  readonly #stampOf: StampOf;
  #loaded = new Map<string, string>();
  #last = new Map<string, string>();
  #looksWithGone = 0;

  /** @param find finds all files that belong to the program now; they may become more or fewer as files change */
  constructor(find: () => readonly string[], stampOf: StampOf = stampOfFile) {
    this.#find = find;
    this.#stampOf = stampOf;
    this.loaded();
  }

  /** The files that are looked at. */
  get files(): readonly string[] {
    return [...this.#loaded.keys()];
  }

  /** All files are about to be loaded as they are now. */
  loaded(): void {
    this.#loaded = this.#stamps(this.#find());
    this.#last = this.#loaded;
    this.#looksWithGone = 0;
  }

  /**
   * Looks at the files.
   *
   * @param isBroken whether they could not be loaded: then also files count that were not there before
   * @returns those that have changed, once all are written; none: nothing has changed, or something is still being written
   */
  look(isBroken = false): readonly string[] {
    const stamps = this.#stamps(isBroken ? this.#find() : this.#loaded.keys());
    const isWritten = areAlike(stamps, this.#last);
    this.#last = stamps;
    const changed = [...stamps].filter(([path, stamp]) => this.#loaded.get(path) !== stamp);
    if (changed.length === 0 || !isWritten) return [];
    const isGone = changed.some(([path, stamp]) => stamp === '' && this.#loaded.get(path) !== '');
    this.#looksWithGone = isGone ? this.#looksWithGone + 1 : 0;
    return isGone && this.#looksWithGone < looksForGone ? [] : changed.map(([path]) => path);
  }

  #stamps(paths: Iterable<string>): Map<string, string> {
    return new Map(Array.from(paths, (path) => [path, this.#stampOf(path)]));
  }
}

function areAlike(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([path, stamp]) => other.get(path) === stamp);
}

function stampOfFile(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? '' : `${found.mtimeMs} ${found.size} ${found.ino}`;
}
