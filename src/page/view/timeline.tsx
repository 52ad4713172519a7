import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { ago, timeOfDay } from '../format.js';
import { keptSeconds } from '../history.js';
import type { PageState } from './page-state.js';

/** When it was, below the chart. */
export function Axis(): JSX.Element {
  return (
    <div class="axis" aria-hidden="true">
      <span>10 min ago</span>
      <span>5 min ago</span>
      <span>now</span>
    </div>
  );
}

/** Keys that move in time, and by how many seconds. With shift it is ten times as many. */
const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };

/** Freezes the page, and looks back within what it remembers. */
export function Timeline({ moment, first, last, isFrozen, lookAt }: PageState): JSX.Element {
  const shown = moment?.second ?? last;
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const target = event.target instanceof Element ? event.target : document.body;
      // Keys of fields, buttons and lists are theirs.
      const isElsewhere = target.closest('input, select, textarea, summary, a, [role=grid], .scroll') !== null;
      if (event.ctrlKey || event.metaKey || event.altKey || isElsewhere) return;
      if (event.key === ' ' && target.closest('button') === null) lookAt(isFrozen ? undefined : shown);
      else if (event.key === 'Escape') lookAt(undefined);
      else if (event.key in steps) {
        const by = (steps[event.key] ?? 0) * (event.shiftKey ? 10 : 1);
        lookAt(Math.max(first, Math.min(last, shown + by)));
      } else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  });
  const text = isFrozen ? `${ago(last - shown)}, ${timeOfDay(moment?.overview.at ?? 0)}` : 'live';
  return (
    <div class="timeline">
      <input
        type="range"
        aria-label="Look back"
        aria-valuetext={text}
        min={last - keptSeconds}
        max={last}
        value={shown}
        onInput={(event) => lookAt(Math.max(first, event.currentTarget.valueAsNumber))}
      />
      <Axis />
      <div class="controls">
        <button type="button" aria-pressed={isFrozen} onClick={() => lookAt(isFrozen ? undefined : shown)}>
          {isFrozen ? '▶ Go live' : '❚❚ Freeze'}
        </button>
        <span class={isFrozen ? 'frozen' : 'muted'}>{isFrozen ? `Frozen: ${text}` : 'Space freezes, ← and → look back'}</span>
      </div>
    </div>
  );
}
