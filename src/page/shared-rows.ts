import type { JobRow, Overview, WorkerRow } from '../protocol/overview.js';

type Picture = Omit<Overview, 'slotTime' | 'log'>;

/**
 * Lets pictures of a hub share what has not changed. A row that says what it said a second before is the same object, and so are
 * texts and lists in rows that did change. So ten minutes of many idle workers cost little more than one moment.
 */
export class SharedRows {
  #jobs = new Map<string, JobRow>();
  #workers = new Map<string, WorkerRow>();

  share(picture: Picture): Picture {
    const jobs = new Map(picture.jobs.map((job) => [job.jobId, shared(this.#jobs.get(job.jobId), job)]));
    const workers = new Map(
      picture.workers.map((worker) => [worker.workerId, shared(this.#workers.get(worker.workerId), worker)]),
    );
    this.#jobs = jobs;
    this.#workers = workers;
    return { ...picture, jobs: [...jobs.values()], workers: [...workers.values()] };
  }
}

/** The row, or the one before where both say the same. */
function shared<Row extends object>(before: Row | undefined, row: Row): Row {
  if (before === undefined) return row;
  const entries = Object.entries(row).map(([name, value]: [string, unknown]) => {
    const old: unknown = Reflect.get(before, name);
    return [name, isSame(old, value) ? old : value] as const;
  });
  const isWhole = Object.keys(before).length === entries.length;
  if (isWhole && entries.every(([name, value]) => Object.is(Reflect.get(before, name), value))) return before;
  return Object.fromEntries(entries) as Row;
}

function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  // Lists and parts of rows are small. Those of the page come from JSON.
  return typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b);
}
