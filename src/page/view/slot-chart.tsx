import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { SlotSecond } from '../../protocol/overview.js';
import { ago, count, percent } from '../format.js';
import { keptSeconds } from '../history.js';
import { niceTop, sharesOf, slotColumns, slotsOf, slotUses, type Column, type SlotUse } from '../slot-columns.js';
import { Canvas, colour, textured, type Texture } from './canvas.js';
import { InTable } from './in-table.js';

const useNames: Readonly<Record<SlotUse, string>> = {
  executing: 'executing',
  onTheWay: 'on the way',
  starved: 'starved',
  paused: 'paused',
};
const useHints: Readonly<Record<SlotUse, string>> = {
  executing: 'they execute something',
  onTheWay: 'a batch is on its way to them, or its answer on its way back',
  starved: 'nothing is queued that they can execute',
  paused: 'their worker is given nothing: it drains, is away, or does not keep up',
};
const textures: Readonly<Record<SlotUse, Texture>> = { executing: 'plain', onTheWay: 'stripes', starved: 'dots', paused: 'grid' };

export interface SlotChartProps {
  readonly seconds: readonly SlotSecond[];
  /** The last second of the chart; and the one that is looked at. */
  readonly last: number;
  readonly shown: number;
  readonly onLookAt: ((second: number) => void) | undefined;
  /** What stands below the chart. */
  readonly children: ComponentChildren;
}

/** Ten minutes of slot time, by what it went to. */
export function SlotChart({ seconds, last, shown, onLookAt, children }: SlotChartProps): JSX.Element {
  const [pointed, setPointed] = useState<number>();
  // The second of now is not over.
  const until = last;
  const shares = sharesOf(slotColumns(seconds, until, keptSeconds, keptSeconds));
  const secondAt = (x: number, width: number): number => last - keptSeconds + Math.round((x / width) * keptSeconds);
  const read = seconds.findLast((each) => each.second < (pointed ?? shown));
  const label = `Slot time of the last ten minutes: ${slotUses.map((use) => `${useNames[use]} ${percent(shares[use])}`).join(', ')}`;
  return (
    <>
      <ul class="legend" aria-label="What slots do">
        {slotUses.map((use) => (
          <li key={use} title={useHints[use]}>
            <i class={`swatch ${use}`} />
            {useNames[use]} <b>{percent(shares[use])}</b>
          </li>
        ))}
        <li class="read" aria-hidden="true">
          {pointed !== undefined &&
            read !== undefined &&
            `${ago(last - read.second)}: ${slotUses.map((use) => `${useNames[use]} ${read[use].toFixed(1)}`).join(' · ')}`}
        </li>
      </ul>
      <Canvas
        label={label}
        height={(width) => (width < 500 ? 110 : 150)}
        paint={(context, width, height) => paint(context, width, height, { seconds, last, shown })}
        onPoint={(x, _, width) => setPointed(x === undefined ? undefined : secondAt(x, width))}
        onPick={(x, _, width) => onLookAt?.(secondAt(x, width))}
      />
      {children}
      <InTable
        name="slot time by the minute"
        head={['minute', ...slotUses.map((use) => useNames[use]), 'slots']}
        rows={slotColumns(seconds, until, keptSeconds, 10).map((column, at) => [
          `${10 - at} to ${9 - at} min ago`,
          ...slotUses.map((use) => (column === undefined ? '–' : column[use].toFixed(1))),
          column === undefined ? '–' : count(slotsOf(column)),
        ])}
      />
    </>
  );
}

function paint(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  { seconds, last, shown }: Pick<SlotChartProps, 'seconds' | 'last' | 'shown'>,
): void {
  const columns = slotColumns(seconds, last, keptSeconds, Math.min(keptSeconds, Math.max(60, Math.floor(width / 2))));
  const most = columns.reduce((top, column) => Math.max(top, slotsOf(column)), 1);
  // Bars of whole slots fill the chart; a scale with room above them wastes a third of it.
  const top = most <= 10 ? most : Math.max(most, Math.min(niceTop(most), most * 1.1));
  const step = width / columns.length;
  const inks = { executing: '', onTheWay: colour('use-ink'), starved: colour('use-ink-soft'), paused: colour('use-ink') };
  const fills = Object.fromEntries(
    slotUses.map((use) => [use, textured(context, colour(use), inks[use], textures[use])]),
  ) as unknown as Record<SlotUse, string>;
  const heightOf = (slots: number): number => (slots / top) * (height - 1);
  columns.forEach((column: Column, at) => {
    if (column === undefined) return;
    let y = height;
    for (const use of slotUses) {
      const high = heightOf(column[use]);
      context.fillStyle = fills[use];
      context.fillRect(Math.floor(at * step), y - high, Math.ceil((at + 1) * step) - Math.floor(at * step), high);
      y -= high;
    }
  });
  context.strokeStyle = colour('grid');
  context.fillStyle = colour('muted');
  context.font = '11px system-ui, sans-serif';
  context.lineWidth = 1;
  context.beginPath();
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const x = Math.min(width - 0.5, Math.max(0.5, Math.round(width * share) + 0.5));
    context.moveTo(x, 0);
    context.lineTo(x, height);
  }
  context.stroke();
  if (shown < last) {
    const x = Math.round((1 - (last - shown) / keptSeconds) * width);
    context.fillStyle = colour('text');
    context.fillRect(x - 1, 0, 2, height);
  }
}
