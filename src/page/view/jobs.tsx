import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { JobRow, Overview } from '../../protocol/overview.js';
import { brief, count, duration, percent, sentence, timeRange } from '../format.js';
import { barText, jobBar } from '../job-bar.js';
import { isFound, jobsInOrder } from '../row-order.js';
import { Search, More } from './search.js';

/** So many are shown until somebody wants more. */
const fewJobs = 25;

/** Jobs with bars, and why they wait. */
export function Jobs({ jobs, totals }: Pick<Overview, 'jobs' | 'totals'>): JSX.Element {
  const [wanted, setWanted] = useState('');
  const [most, setMost] = useState(fewJobs);
  const found = jobsInOrder(jobs).filter(({ name, stages, leader, waitsFor }) =>
    isFound([name, leader, waitsFor, ...stages], wanted),
  );
  return (
    <section aria-labelledby="jobs">
      <div class="head">
        <h2 id="jobs">
          Jobs <span class="number">{count(totals.jobs)}</span>
        </h2>
        <ul class="legend" aria-label="What bars show">
          <li>
            <i class="swatch done" />
            done
          </li>
          <li>
            <i class="swatch inFlight" />
            in flight
          </li>
          <li>
            <i class="swatch waiting" />
            waiting
          </li>
          <li>
            <i class="swatch failed" />
            failed or skipped
          </li>
        </ul>
        {jobs.length > 8 && <Search what="jobs" value={wanted} onChange={setWanted} />}
      </div>
      {jobs.length === 0 ? (
        <p class="empty">No job is open.</p>
      ) : (
        <ul class="jobs">
          {found.slice(0, most).map((job) => (
            <Job key={job.jobId} job={job} />
          ))}
        </ul>
      )}
      <More
        shown={Math.min(most, found.length)}
        of={found.length}
        what="jobs"
        onMore={() => setMost(most === fewJobs ? 1_000 : fewJobs)}
      />
      {totals.jobs > jobs.length && <p class="muted">The hub lists the first {count(jobs.length)} jobs.</p>}
    </section>
  );
}

function Job({ job }: { readonly job: JobRow }): JSX.Element {
  const {
    name,
    leader,
    stages,
    total,
    done,
    taken,
    perSecond,
    remainingMs,
    elapsedMs,
    waitsFor,
    leased,
    queued,
    priority,
    retried,
    state,
  } = job;
  const chain = stages.join(' → ');
  const share = total !== undefined && total > 0 ? percent(done / total) : undefined;
  return (
    <li class={waitsFor === '' ? 'job' : 'job held'}>
      <div class="name">
        <b>{name}</b>
        <span class="muted">
          {[...(chain === name ? [] : [chain]), leader, ...(priority === 0 ? [] : [`priority ${priority}`])].join(' · ')}
        </span>
      </div>
      <div class="progress">
        <div class="bar" role="img" aria-label={barText(job)} title={barText(job)}>
          {jobBar(job).map(({ tint, share }) => (
            <i key={tint} class={tint} style={{ width: `${100 * share}%` }} />
          ))}
        </div>
        <span class="muted">
          {state === 'unknown' ? (
            'its leader has not said yet how far it is'
          ) : (
            <>
              {share !== undefined && <b>{share}</b>} {count(done)} of{' '}
              {total === undefined ? `${count(taken)} taken` : count(total)}
              {retried > 0 && ` · ${count(retried)} retried`}
            </>
          )}
        </span>
      </div>
      <dl class="facts">
        <div>
          <dt>rate</dt>
          <dd>{state === 'unknown' ? '–' : `${brief(perSecond)}/s`}</dd>
        </div>
        <div>
          <dt>remains</dt>
          <dd>{remainingMs === undefined ? '–' : timeRange(remainingMs.least, remainingMs.most)}</dd>
        </div>
        <div>
          <dt>age</dt>
          <dd>{elapsedMs === 0 ? '–' : duration(elapsedMs)}</dd>
        </div>
        <div>
          <dt>batches</dt>
          <dd title={`${leased} with workers, ${queued} wait at the hub`}>
            {count(leased)} + {count(queued)}
          </dd>
        </div>
      </dl>
      {waitsFor !== '' && <p class="why">{sentence(waitsFor)}</p>}
    </li>
  );
}
