/** What is said of options that belong to leaders or hubs: by name, and by the meanings of `option-words.ts`. */
import type { JobOptions, StageOptions } from '../leader/job-spec.js';

const ofOperators = [
  'batch',
  'window',
  'ordered',
  'timeout',
  'retry',
  'onFatal',
  'onSkip',
  'validate',
  'priority',
  'speculate',
] as const satisfies readonly (keyof (StageOptions & JobOptions))[];

/** For workers. */
export const workerHints: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ofOperators.map((name) => [
      name,
      `it is an option of each operator, where the job is led, as in remoteMap(operation, runtime, { ${name} }).`,
    ]),
  ),
  maxPayloadBytes: 'it is a limit of the hub, as in startHub({ maxPayloadBytes }).',
  noWorkerTimeout: 'it is an option of inMemory and connect.',
  maxDeaths: 'it is an option of inMemory and connect.',
};
