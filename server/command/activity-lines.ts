import type { Logger } from 'pino';
import type { WorkerActivity } from '../../src/worker/worker-activity.js';
import type { HubActivity } from '../in-process/hub-activity.js';

/** What each kind of activity is called in a log. What happens once for a job is at `debug`. What a batch does is at `trace`. */
const texts: Readonly<Record<(HubActivity | WorkerActivity)['type'], readonly ['debug' | 'trace', string]>> = {
  jobOpened: ['debug', 'job opened'],
  jobWaits: ['debug', 'job waits for a worker'],
  jobClosed: ['debug', 'job closed'],
  jobRefused: ['debug', 'job refused'],
  workerOffers: ['debug', 'worker offers'],
  workerDraining: ['debug', 'worker draining'],
  jobKnown: ['debug', 'job known'],
  jobForgotten: ['debug', 'job forgotten'],
  batchQueued: ['trace', 'batch queued'],
  batchAssigned: ['trace', 'batch assigned'],
  batchAnswered: ['trace', 'batch answered'],
  batchLost: ['trace', 'batch lost'],
  batchCancelled: ['trace', 'batch cancelled'],
  batchBegun: ['trace', 'batch begun'],
  batchDone: ['trace', 'batch done'],
  batchWaits: ['trace', 'batch waits for a job of its own'],
  batchGoesOn: ['trace', 'batch goes on'],
};

/** Writes activity to the log; undefined where the log does not take it: then it need not be told. */
export function activityLog(log: Logger): ((activity: HubActivity | WorkerActivity) => void) | undefined {
  if (!log.isLevelEnabled('debug')) return undefined;
  return ({ type, ...details }) => {
    const [level, text] = texts[type];
    log[level](details, text);
  };
}
