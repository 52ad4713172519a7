import type { JSX } from 'preact';
import type { LaneCell, WorkerRow } from '../../protocol/overview.js';
import { duration, percent } from '../format.js';
import { laneCells } from '../history.js';
import { runsOf } from '../lane-cells.js';
import { Canvas, colour } from './canvas.js';
import { letterOf, tintOf } from './operation-key.js';

const laneHeight = 14;
const laneGap = 2;

interface LanesProps {
  readonly worker: WorkerRow;
  readonly operations: readonly string[];
}

/** What each slot of a worker executed in the last minute, and what it executes now. */
export function Lanes({ worker, operations }: LanesProps): JSX.Element {
  const { lanes, executing, name } = worker;
  const height = lanes.length * (laneHeight + laneGap);
  const texts = lanes.map((lane, slot) => `slot ${slot + 1} ${percent(busyOf(lane))} busy${nowOf(executing[slot], operations)}`);
  return (
    <div class="lanes">
      <Canvas
        label={`The last minute of ${name}: ${texts.join('; ')}`}
        height={Math.max(laneHeight, height)}
        paint={(context, width) =>
          lanes.forEach((lane, slot) => paintLane(context, width, slot * (laneHeight + laneGap), lane, operations))
        }
      />
      <ol class="now" aria-hidden="true">
        {lanes.map((_, slot) => (
          <li key={slot}>{nowOf(executing[slot], operations).replace(', ', '')}</li>
        ))}
      </ol>
    </div>
  );
}

function busyOf(lane: readonly LaneCell[]): number {
  const known = lane.filter(({ busy }) => busy >= 0);
  return known.length === 0 ? 0 : known.reduce((sum, { busy }) => sum + busy, 0) / known.length;
}

function nowOf(now: WorkerRow['executing'][number] | undefined, operations: readonly string[]): string {
  return now === undefined || now.operation < 0
    ? ''
    : `, ${operations[now.operation] ?? 'another operation'} for ${duration(now.forMs)}`;
}

function paintLane(
  context: CanvasRenderingContext2D,
  width: number,
  y: number,
  lane: readonly LaneCell[],
  operations: readonly string[],
): void {
  const step = width / laneCells;
  context.fillStyle = colour('lane');
  context.fillRect(0, y, width, laneHeight);
  lane.forEach(({ operation, busy }, at) => {
    if (operation < 0) return;
    // As high as the slot was busy: so what is seldom there stays thin.
    const high = Math.max(2, busy * laneHeight);
    context.fillStyle = colour(tintOf(operation));
    context.fillRect(Math.floor(at * step), y + laneHeight - high, Math.ceil(step), high);
  });
  context.font = '600 10px system-ui, sans-serif';
  context.textBaseline = 'middle';
  for (const { from, to, operation } of runsOf(lane)) {
    const room = (to - from) * step - 6;
    const busy = busyOf(lane.slice(from, to));
    const name = operations[operation] ?? '';
    const text = context.measureText(name).width <= room ? name : letterOf(operation);
    // A text on a half-filled lane cannot be read.
    if (busy < 0.8 || context.measureText(text).width > room) continue;
    context.fillStyle = colour('op-ink');
    context.fillText(text, from * step + 4, y + laneHeight / 2 + 0.5);
  }
}
