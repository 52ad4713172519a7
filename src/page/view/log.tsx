import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { LogRow } from '../../protocol/overview.js';
import { timeOfDay } from '../format.js';
import { More } from './search.js';

const fewLines = 12;
const signs: Readonly<Record<LogRow['kind'], string>> = { joined: '+', left: '−', lost: '✕', refused: '!', job: '▸', hub: '●' };

/** What joined, left, was lost and refused: the newest first. */
export function Log({ rows }: { readonly rows: readonly LogRow[] }): JSX.Element {
  const [most, setMost] = useState(fewLines);
  const newest = rows.toReversed();
  return (
    <section aria-labelledby="log">
      <div class="head">
        <h2 id="log">Log</h2>
      </div>
      {rows.length === 0 && <p class="empty">Nothing has happened yet.</p>}
      <ol class="log">
        {newest.slice(0, most).map(({ number, at, kind, text }) => (
          <li key={number} class={`of-${kind}`}>
            <time dateTime={new Date(at).toISOString()}>{timeOfDay(at)}</time>
            <span class="kind">
              <span aria-hidden="true">{signs[kind]}</span> {kind}
            </span>
            <span>{text}</span>
          </li>
        ))}
      </ol>
      <More
        shown={Math.min(most, rows.length)}
        of={rows.length}
        what="lines"
        onMore={() => setMost(most === fewLines ? 1_000 : fewLines)}
      />
    </section>
  );
}
