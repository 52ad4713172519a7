import type { JSX } from 'preact';
import { duration, timeOfDay } from '../format.js';
import type { Report } from '../kept-report.js';
import { Away, LinkState, TokenForm } from './hub-link.js';
import { Histogram } from './histogram.js';
import { Jobs } from './jobs.js';
import { Log } from './log.js';
import { usePageState, type PageState } from './page-state.js';
import { SlotChart } from './slot-chart.js';
import { Strip } from './strip.js';
import { Axis, Timeline } from './timeline.js';
import { Workers } from './workers.js';

/** @param report what is shown in the place of what a hub tells */
export function App({ report }: { readonly report: Report | undefined }): JSX.Element {
  const state = usePageState(report);
  return (
    <>
      <Top {...state} />
      <main>
        <h1 class="spoken">Paladin hub</h1>
        <Away {...state} />
        {report !== undefined && <Kept {...report} />}
        <TokenForm {...state} />
        {state.connection.state !== 'token' && <Body {...state} />}
      </main>
    </>
  );
}

function Top(state: PageState): JSX.Element {
  const { moment, report, restartedAt } = state;
  const overview = moment?.overview;
  return (
    <header>
      <b class="brand">paladin</b>
      <span class="where">{report?.hub ?? `${location.host}${location.pathname.replace(/\/$/u, '')}`}</span>
      {overview !== undefined && (
        <span class="muted">
          {overview.version} · up {duration(overview.uptimeMs)}
          {restartedAt !== undefined && ` · started anew at ${timeOfDay(restartedAt)}`}
        </span>
      )}
      <LinkState {...state} />
    </header>
  );
}

function Kept({ hub, overview }: Report): JSX.Element {
  return (
    <p class="notice">
      A report of {hub}, made on {new Date(overview.at).toLocaleString()}. Nothing in it changes.
    </p>
  );
}

function Body(state: PageState): JSX.Element {
  const { moment, last, report, isFrozen, lookAt } = state;
  if (moment === undefined) return <p class="empty">Waiting for what the hub tells…</p>;
  const { overview, second } = moment;
  return (
    <>
      <Strip overview={overview} isLive={!isFrozen} />
      <section aria-labelledby="slot-time">
        <div class="head">
          <h2 id="slot-time">Slot time</h2>
        </div>
        <SlotChart
          seconds={state.slotTime}
          last={last}
          shown={second}
          onLookAt={report === undefined ? (at) => lookAt(at >= last ? undefined : Math.max(state.first, at)) : undefined}
        >
          {report === undefined ? <Timeline {...state} /> : <Axis />}
        </SlotChart>
      </section>
      <Jobs jobs={overview.jobs} totals={overview.totals} />
      <Workers overview={overview} />
      <div class="two">
        <Histogram id="waits" title="Waits at the hub" what="how long batches waited at the hub" durations={overview.waits} />
        <Histogram
          id="executions"
          title="Executions"
          what="how long workers took to execute batches"
          durations={overview.executions}
        />
      </div>
      <Log rows={overview.log} />
    </>
  );
}
