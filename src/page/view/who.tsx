import type { JSX } from 'preact';
import type { WorkerRow } from '../../protocol/overview.js';
import { bytes, count, duration } from '../format.js';
import { concernOf } from '../row-order.js';

/** Who it is, and how it is. */
export function Who({ worker }: { readonly worker: WorkerRow }): JSX.Element {
  const { name, workerId, state, slots, leased, vitals } = worker;
  const concern = concernOf(worker);
  return (
    <div class="who">
      <b title={workerId}>{name === '' ? workerId : name}</b>
      {state !== 'here' && <span class={`badge ${state}`}>{state}</span>}
      <span class="muted vitals">
        <span>
          {count(slots)} {slots === 1 ? 'slot' : 'slots'}, {count(leased)} {leased === 1 ? 'batch' : 'batches'}
        </span>
        {vitals !== undefined && (
          <>
            <span title="processor time of its process">{vitals.cores.toFixed(1)} cores</span>
            <span title="memory of its process">{bytes(vitals.memoryBytes)}</span>
            <span title="how late its event loop was">{duration(vitals.loopDelayMs)} late</span>
          </>
        )}
      </span>
      {concern !== undefined && <span class="why">▲ {concern}</span>}
    </div>
  );
}

/** How busy it was over the last minute; undefined: nobody knows. */
export function busyShare({ heat }: WorkerRow): number | undefined {
  const known = heat.filter((share) => share >= 0);
  return known.length === 0 ? undefined : known.reduce((sum, share) => sum + share, 0) / known.length;
}
