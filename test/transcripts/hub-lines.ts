import type { SchedulerEffect, SchedulerEvent } from '../../server/core/scheduler-events.js';
import { jobIdOf, leaderOf } from '../../src/protocol/job-id.js';
import type {
  Attempt,
  Batch,
  BatchLoss,
  HubToLeader,
  HubToWorker,
  LeaderToHub,
  WorkerToHub,
} from '../../src/protocol/messages.js';

/** What the simulated hub tells of each event and effect. */
export type HubNews = SchedulerEvent | SchedulerEffect;

/** A batch in a few words: its elements, which attempt it is, and of which job, where that is not the first. */
type NameOf = (jobId: string, attempt: Attempt) => string;

/** Says in words what happens at the hub; undefined: what is not worth a line. */
export class HubLines {
  /** By job and number: which elements, or partials, a batch is of. */
  readonly #units = new Map<string, string>();

  lineOf(news: HubNews): string | undefined {
    switch (news.type) {
      case 'leaderJoined':
        return `${news.leaderId} connects`;
      case 'workerJoined':
        return `${news.workerId} connects`;
      case 'leaderLeft':
        return `hub: ${news.leaderId} ${departures[news.how]}`;
      case 'workerLeft':
        return `hub: ${news.workerId} ${departures[news.how]}`;
      case 'leaderSent':
        return this.#ofLeader(news.leaderId, news.message);
      case 'workerSent':
        return ofWorker(news.workerId, news.message, this.#nameOf);
      case 'toLeader':
        return toLeader(news.leaderId, news.message, this.#nameOf);
      case 'toWorker':
        return toWorker(news.workerId, news.message, this.#nameOf);
      default:
        return undefined;
    }
  }

  readonly #nameOf: NameOf = (jobId, { seq, attempt }) => {
    const { number } = leaderOf(jobId);
    const units = this.#units.get(`${jobId}/${seq}`) ?? `batch ${seq}`;
    return `${units}${number === 1 ? '' : ` of job ${number}`}${attempt === 1 ? '' : ` (attempt ${attempt})`}`;
  };

  #ofLeader(leaderId: string, message: LeaderToHub): string | undefined {
    const name = (attempt: Attempt): string => ('job' in message ? this.#nameOf(jobIdOf(leaderId, message.job), attempt) : '');
    switch (message.type) {
      case 'resume':
        return message.jobs.length === 0 ? undefined : `${leaderId} still has job ${message.jobs.join(', ')}`;
      case 'open':
        return message.resumed === undefined
          ? `${leaderId} opens job ${message.job}`
          : `${leaderId} opens job ${message.job} again, with ${listOf(message.resumed.map(name))} under way`;
      case 'batch':
        this.#units.set(`${jobIdOf(leaderId, message.job)}/${message.batch.seq}`, unitsOf(message.batch));
        return `${leaderId} sends ${name(message.batch)}${message.batch.alone ? ', alone' : message.batch.suspect ? ', suspect' : ''}`;
      case 'cancel':
        return `${leaderId} cancels ${name(message)}`;
      case 'close':
        return `${leaderId} closes job ${message.job}`;
      default:
        return undefined;
    }
  }
}

const departures = { lost: 'has lost its connection', silent: 'was silent for too long', closed: 'has gone' } as const;

function ofWorker(id: string, message: WorkerToHub, nameOf: NameOf): string | undefined {
  switch (message.type) {
    case 'report': {
      const of = (which: 'running' | 'held'): string =>
        listOf(message.jobs.flatMap((job) => job[which].map((attempt) => nameOf(job.jobId, attempt))));
      return message.jobs.length === 0 ? undefined : `${id} executes ${of('running')}, and keeps the answer to ${of('held')}`;
    }
    case 'result': {
      const { done, failures } = message.result;
      const failed = failures.map(({ offset, code }) => `, ${code} at ${offset} in it`).join('');
      return `${id} answers ${nameOf(message.jobId, message.result)}: ${done} done${failed}`;
    }
    case 'lost':
      return `${id} lost ${nameOf(message.jobId, message.loss)}: ${causeOf(message.loss)}`;
    case 'draining':
      return `${id} says that it drains`;
    case 'leaving':
      return `${id} says that it leaves`;
    default:
      return undefined;
  }
}

function toLeader(id: string, message: HubToLeader, nameOf: NameOf): string | undefined {
  switch (message.type) {
    case 'lost':
      return `hub tells ${id} that ${nameOf(jobIdOf(id, message.job), message.loss)} is lost: ${causeOf(message.loss)}`;
    case 'adopted': {
      const others = message.inPlaceOf.length === 0 ? '' : `, in place of attempt ${message.inPlaceOf.join(', ')}`;
      return `hub tells ${id} that ${message.workerId} has ${nameOf(jobIdOf(id, message.job), message)}${others}`;
    }
    case 'capacity':
      return message.divideAt === undefined
        ? undefined
        : `hub tells ${id} to divide job ${message.job} at stage ${message.divideAt}`;
    case 'refused':
      return `hub refuses job ${message.job}: ${message.code}`;
    default:
      return undefined;
  }
}

function toWorker(id: string, message: HubToWorker, nameOf: NameOf): string | undefined {
  switch (message.type) {
    case 'assign':
      return `hub gives ${id} ${nameOf(message.jobId, message.batch)}`;
    case 'resend':
      return `hub asks ${id} for its answer to ${nameOf(message.jobId, message)}`;
    case 'cancel':
      return `hub cancels ${nameOf(message.jobId, message)} at ${id}`;
    case 'goodbye':
      return `hub says goodbye to ${id}`;
    default:
      return undefined;
  }
}

function unitsOf({ units, first, count }: Batch): string {
  if (units === 'partials') return `${count} partials from ${first} on`;
  return count === 1 ? `${first}` : `${first}-${first + count - 1}`;
}

function causeOf({ cause, offset }: BatchLoss): string {
  return offset === undefined ? cause : `${cause} at ${offset} in it`;
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(', ');
}
