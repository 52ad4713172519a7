import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Overview, WorkerRow } from '../../protocol/overview.js';
import { bytes, count, duration, percent } from '../format.js';
import { mostLanes } from '../history.js';
import { concernOf, isFound } from '../row-order.js';
import { HeatMap } from './heat-map.js';
import { InTable } from './in-table.js';
import { Lanes } from './lanes.js';
import { Key } from './operation-key.js';
import { Search } from './search.js';
import { busyShare, Who } from './who.js';

const fewConcerns = 8;
const mostInTable = 200;

/** Workers, with what each slot executed in the last minute. */
export function Workers({ overview }: { readonly overview: Overview }): JSX.Element {
  const [wanted, setWanted] = useState('');
  const { workers, totals, operations } = overview;
  const found = workers.filter(({ name, workerId, state }) => isFound([name, workerId, state], wanted));
  const isMany = totals.slots > mostLanes;
  return (
    <section aria-labelledby="workers">
      <div class="head">
        <h2 id="workers">
          Workers <span class="number">{count(totals.workers)}</span>
        </h2>
        {isMany ? <HeatKey /> : <Key operations={operations} workers={workers} />}
        {workers.length > 8 && <Search what="workers" value={wanted} onChange={setWanted} />}
      </div>
      {workers.length === 0 && <p class="empty">No worker is connected.</p>}
      {workers.length > 0 && found.length === 0 && <p class="empty">No worker has these words.</p>}
      {found.length > 0 && isMany && <Many workers={found} />}
      {!isMany && (
        <ul class="workers">
          {found.map((worker) => (
            <li key={worker.workerId} class="worker">
              <Who worker={worker} />
              <Lanes worker={worker} operations={operations} />
            </li>
          ))}
        </ul>
      )}
      {totals.workers > workers.length && <p class="muted">The hub lists the first {count(workers.length)} workers.</p>}
      {found.length > 0 && (
        <InTable
          name={found.length > mostInTable ? `the first ${mostInTable} workers` : 'workers'}
          head={['worker', 'state', 'slots', 'batches', 'busy', 'executes', 'loop delay', 'cores', 'memory']}
          rows={found.slice(0, mostInTable).map((worker) => tableRow(worker, operations))}
        />
      )}
    </section>
  );
}

function Many({ workers }: { readonly workers: readonly WorkerRow[] }): JSX.Element {
  const concerned = workers.filter((worker) => concernOf(worker) !== undefined);
  return (
    <>
      {concerned.length > 0 && (
        <ul class="workers concerned" aria-label="Workers that need somebody">
          {concerned.slice(0, fewConcerns).map((worker) => (
            <li key={worker.workerId} class="worker">
              <Who worker={worker} />
            </li>
          ))}
          {concerned.length > fewConcerns && <li class="muted">and {count(concerned.length - fewConcerns)} more</li>}
        </ul>
      )}
      <HeatMap workers={workers} />
    </>
  );
}

function HeatKey(): JSX.Element {
  return (
    <p class="legend">
      <span>the last minute of each worker: idle</span>
      <i class="swatch ramp" />
      <span>all slots busy</span>
    </p>
  );
}

function tableRow(worker: WorkerRow, operations: readonly string[]): (string | number)[] {
  const { name, state, slots, leased, vitals, executing } = worker;
  const busy = busyShare(worker);
  const executes = executing
    .filter(({ operation }) => operation >= 0)
    .map(({ operation, forMs }) => `${operations[operation] ?? 'other'} for ${duration(forMs)}`);
  return [
    name,
    state,
    slots,
    leased,
    busy === undefined ? '–' : percent(busy),
    executes.length === 0 ? '–' : executes.join(', '),
    ...(vitals === undefined
      ? ['–', '–', '–']
      : [duration(vitals.loopDelayMs), vitals.cores.toFixed(1), bytes(vitals.memoryBytes)]),
  ];
}
