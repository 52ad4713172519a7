import { nodeModule } from '../platform.js';
import type { JobListener, OpeningListener } from './job-listener.js';

const channels = nodeModule('diagnostics_channel');
const jobs = channels?.channel('paladin-rx:job');
const batches = channels?.channel('paladin-rx:batch');

/** Tells of a job on channels of `node:diagnostics_channel`, if anybody has subscribed by the time that the job opens. */
export const toChannels: OpeningListener = (job) => {
  if (jobs?.hasSubscribers !== true && batches?.hasSubscribers !== true) return undefined;
  jobs?.publish({ type: 'opened', job });
  const listener: JobListener = {
    sent: ({ seq, attempt, first, count, units, tried = 0 }, part) => {
      batches?.publish({ type: 'sent', job, part, seq, attempt, first, count, units, tried });
      return undefined;
    },
    answered: (answer, part) => {
      batches?.publish({ job, part, ...told(answer) });
    },
    ended: (ending, { taken, done, emitted, failed, retried, skipped, elapsedMs }) => {
      const counts = { taken, done, emitted, failed, retried, skipped };
      jobs?.publish({ ...ending, type: 'ended', job, ending: ending.type, counts, elapsedMs });
    },
  };
  return listener;
};

/** No payload is told, and no error that a worker has sent. */
function told(answer: Parameters<JobListener['answered']>[0]): object {
  if (answer.type === 'dropped') return answer;
  const { type, workerId, workerName } = answer;
  if (answer.type === 'result') {
    const { seq, attempt, done, failures, elapsedMs } = answer.result;
    return { type, seq, attempt, workerId, workerName, done, failures: failures.length, elapsedMs };
  }
  const { seq, attempt, cause, reason } = answer.loss;
  return { type, seq, attempt, workerId, workerName, cause, reason };
}
