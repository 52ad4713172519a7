/** What is said of options that belong elsewhere: by name, and by the meanings of `option-words.ts`. */
import { jobOptions, stageOptions } from './job-spec.js';

type Hints = Readonly<Record<string, string>>;

const ofRuntime =
  'the runtime decides how much is executed at once: inMemory({ workers, modules }), or startWorker({ threads }).';
const ofModules = 'modules are given to inMemory, startWorker or the paladin worker.';

/** For operators and jobs. */
export const operatorHints: Hints = {
  workers: `${ofRuntime} The option 'window' bounds how many elements are taken in.`,
  threads: ofRuntime,
  modules: ofModules,
  noWorkerTimeout: 'it is an option of inMemory and connect.',
  maxDeaths: 'it is an option of inMemory and connect.',
  signal: "to unsubscribe cancels the work: pipe through takeUntil(fromEvent(signal, 'abort')). runtime.run takes a signal.",
};

/** For one value. */
export const runHints: Hints = {
  ...Object.fromEntries(
    ['batch', 'window', 'ordered', 'onFatal', 'onSkip', 'speculate', 'fuse', 'name', 'total', 'onProgress'].map((name) => [
      name,
      'run executes one value: it is an option of remoteMap.',
    ]),
  ),
  workers: ofRuntime,
  threads: ofRuntime,
  modules: ofModules,
};

/** For runtimes. */
export const runtimeHints: Hints = Object.fromEntries(
  [...Object.keys({ ...stageOptions, ...jobOptions }), 'fuse'].map((name) => [
    name,
    `it is an option of each operator, as in remoteMap(operation, runtime, { ${name} }).`,
  ]),
);
