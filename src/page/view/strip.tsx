import type { ComponentChildren, JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { Overview, SlotSecond } from '../../protocol/overview.js';
import { Announcer } from '../announcer.js';
import { brief, bytes, count, sentence } from '../format.js';

const signs = { well: '✓', idle: '○', attention: '▲', trouble: '✕' } as const;

/** How the hub is, in one sentence and six numbers. */
export function Strip({ overview, isLive }: { readonly overview: Overview; readonly isLive: boolean }): JSX.Element {
  const announcer = useRef(new Announcer());
  const { verdict, totals, bytesPerSecond, lost, retried, failed, elementsPerSecond } = overview;
  const busy = busySlots(overview);
  const spoken = announcer.current.told(verdict.state, `${verdict.state}: ${verdict.text}`, performance.now());
  return (
    <section aria-label="At a glance">
      <p class={`verdict ${verdict.state}`}>
        <span class="sign" aria-hidden="true">
          {signs[verdict.state]}
        </span>
        <span>{sentence(verdict.text, true)}</span>
      </p>
      <p class="spoken" role="status">
        {isLive ? spoken : ''}
      </p>
      <dl class="strip">
        <Tile name="slots busy" note={`of ${count(totals.slots)}`} share={totals.slots === 0 ? 0 : busy / totals.slots}>
          {count(busy)}
        </Tile>
        <Tile name="elements/s">{brief(elementsPerSecond)}</Tile>
        <Tile name="bytes/s in · out">
          {bytes(bytesPerSecond.in)} <small>·</small> {bytes(bytesPerSecond.out)}
        </Tile>
        <Tile name="lost" note="batches" isBad={lost > 0}>
          {brief(lost)}
        </Tile>
        <Tile name="retried" note="elements">
          {brief(retried)}
        </Tile>
        <Tile name="failures" note="retried ones, too" isBad={failed > 0}>
          {brief(failed)}
        </Tile>
      </dl>
    </section>
  );
}

interface TileProps {
  readonly name: string;
  readonly note?: string;
  /** From 0 to 1, drawn as a bar. */
  readonly share?: number;
  readonly isBad?: boolean;
  readonly children: ComponentChildren;
}

function Tile({ name, note, share, isBad = false, children }: TileProps): JSX.Element {
  return (
    <div class={isBad ? 'tile bad' : 'tile'}>
      <dt>{name}</dt>
      <dd>
        <b>{children}</b> {note !== undefined && <small>{note}</small>}
        {share !== undefined && (
          <span class="gauge" aria-hidden="true">
            <i style={{ width: `${100 * share}%` }} />
          </span>
        )}
      </dd>
    </div>
  );
}

/** Slots that had a batch in the last second; where the hub tells none, those of the batches that workers have. */
function busySlots({ slotTime, workers, totals }: Overview): number {
  const last: SlotSecond | undefined = slotTime.at(-1);
  if (last !== undefined) return Math.round(last.executing + last.onTheWay);
  return Math.min(
    totals.slots,
    workers.reduce((sum, { leased, slots }) => sum + Math.min(leased, slots), 0),
  );
}
