import type { JSX } from 'preact';
import type { Durations } from '../../protocol/overview.js';
import { countOf, quantile, usedBuckets } from '../durations.js';
import { bound, brief, count } from '../format.js';
import { InTable } from './in-table.js';

interface HistogramProps {
  readonly id: string;
  readonly title: string;
  /** What the numbers are of. */
  readonly what: string;
  readonly durations: Durations;
}

/** How many batches took how long. */
export function Histogram({ id, title, what, durations }: HistogramProps): JSX.Element {
  const all = countOf(durations);
  const used = usedBuckets(durations);
  return (
    <section aria-labelledby={id}>
      <div class="head">
        <h2 id={id}>{title}</h2>
        <dl class="quantiles">
          {[0.5, 0.95, 0.99].map((share) => (
            <div key={share}>
              <dt>{share === 0.5 ? 'half' : `${100 * share} %`}</dt>
              <dd>{upTo(quantile(durations, share), durations)}</dd>
            </div>
          ))}
        </dl>
      </div>
      {used === undefined ? (
        <p class="empty">Nothing yet.</p>
      ) : (
        <>
          <Bars
            durations={durations}
            used={used}
            label={`${what}: ${count(all)} batches, half of them ${upTo(quantile(durations, 0.5), durations)}`}
          />
          <InTable
            name={what}
            head={['time', 'batches']}
            rows={durations.counts.map((each, at) => [bucketName(durations, at), count(each)])}
          />
        </>
      )}
    </section>
  );
}

function Bars({
  durations,
  used,
  label,
}: {
  durations: Durations;
  used: { from: number; to: number };
  label: string;
}): JSX.Element {
  const from = Math.max(0, Math.min(used.from, used.to - 8));
  const counts = durations.counts.slice(from, used.to);
  const most = Math.max(...counts);
  return (
    <div class="bars" role="img" aria-label={label}>
      {counts.map((each, at) => (
        <div key={at} title={`${bucketName(durations, from + at)}: ${count(each)} batches`}>
          <span class="count">{each === 0 ? '' : brief(each)}</span>
          <i style={{ height: `${each === 0 ? 0 : Math.max(2, (72 * each) / most)}px` }} />
          <span class="tick">{tick(durations.upTo[from + at])}</span>
        </div>
      ))}
    </div>
  );
}

function tick(seconds: number | undefined): string {
  return seconds === undefined ? 'more' : bound(seconds);
}

function bucketName({ upTo }: Durations, at: number): string {
  const limit = upTo[at];
  return limit === undefined ? `above ${bound(upTo.at(-1) ?? 0)}` : `up to ${bound(limit)}`;
}

function upTo(seconds: number | undefined, durations: Durations): string {
  if (seconds === undefined) return '–';
  return Number.isFinite(seconds) ? `≤ ${bound(seconds)}` : `> ${bound(durations.upTo.at(-1) ?? 0)}`;
}
