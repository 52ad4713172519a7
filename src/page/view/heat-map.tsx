import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { WorkerRow } from '../../protocol/overview.js';
import { percent } from '../format.js';
import { heatLayout, rowAt, stretches, type HeatLayout } from '../heat-layout.js';
import { heatSeconds } from '../history.js';
import { Canvas, colour } from './canvas.js';
import { busyShare, Who } from './who.js';

/** A minute of very many workers: a row each, in columns. Arrow keys go from worker to worker. */
export function HeatMap({ workers }: { readonly workers: readonly WorkerRow[] }): JSX.Element {
  const [chosen, setChosen] = useState<string>();
  const [pointed, setPointed] = useState<number>();
  const width = useRef(600);
  const layout = (): HeatLayout => heatLayout(workers.length, heatSeconds, width.current);
  const at = pointed ?? workers.findIndex(({ workerId }) => workerId === chosen);
  const worker = workers[at];
  const choose = (row: number): void => setChosen(workers[Math.max(0, Math.min(workers.length - 1, row))]?.workerId);
  const pressed = (event: KeyboardEvent): void => {
    const column = layout().rowsPerColumn;
    const by = { ArrowDown: 1, ArrowUp: -1, ArrowRight: column, ArrowLeft: -column, Home: -Infinity, End: Infinity }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    choose(at === -1 ? 0 : at + by);
  };
  return (
    <div class="heat">
      <div
        tabIndex={0}
        role="group"
        aria-label="Heat map of workers: arrow keys choose one"
        class="map scroll"
        onKeyDown={pressed}
      >
        <Canvas
          label={`The last minute of ${workers.length} workers`}
          height={(wide) => {
            width.current = wide;
            return layout().height;
          }}
          paint={(context) => paint(context, workers, layout(), at)}
          onPoint={(x, y) => setPointed(x === undefined ? undefined : rowAt(layout(), workers.length, x, y))}
          onPick={(x, y) => choose(rowAt(layout(), workers.length, x, y) ?? 0)}
        />
      </div>
      <div class="chosen" aria-live={pointed === undefined ? 'polite' : 'off'}>
        {worker === undefined ? (
          <span class="muted">Point at a row, or choose one with the arrow keys.</span>
        ) : (
          <>
            <Who worker={worker} />
            <span class="muted">{percent(busyShare(worker) ?? 0)} busy over the last minute</span>
          </>
        )}
      </div>
    </div>
  );
}

/** Shades of one colour, told apart by lightness alone. */
const shades = 6;

function paint(context: CanvasRenderingContext2D, workers: readonly WorkerRow[], layout: HeatLayout, chosen: number): void {
  const { rowsPerColumn, cellWidth, rowHeight, columnWidth } = layout;
  const line = rowHeight > 4 ? rowHeight - 1 : rowHeight;
  const leftOf = (row: number): number => Math.floor(row / rowsPerColumn) * columnWidth;
  const topOf = (row: number): number => (row % rowsPerColumn) * rowHeight;
  // Shade by shade: to change the colour costs more than a cell.
  for (let shade = 0; shade < shades; shade += 1) {
    context.fillStyle = colour(`heat-${shade}`);
    workers.forEach(({ heat }, row) => {
      for (const { from, to } of stretches(heat, (share) => share >= 0 && Math.ceil(share * (shades - 1)) === shade)) {
        context.fillRect(leftOf(row) + from * cellWidth, topOf(row), (to - from) * cellWidth, line);
      }
    });
  }
  context.fillStyle = colour('paused');
  context.strokeStyle = colour('text');
  context.lineWidth = 1.5;
  workers.forEach(({ heat, state }, row) => {
    if (state !== 'here') context.fillRect(leftOf(row) + heat.length * cellWidth, topOf(row), 4, line);
    if (row === chosen) context.strokeRect(leftOf(row) - 0.5, topOf(row) - 0.5, heat.length * cellWidth + 1, line + 1);
  });
}
