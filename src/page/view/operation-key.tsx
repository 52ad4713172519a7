import type { JSX } from 'preact';
import type { WorkerRow } from '../../protocol/overview.js';

/** So many operations have a colour of their own. */
export const ownColours = 7;

/** The name of the colour of an operation in the style sheet. */
export function tintOf(operation: number): string {
  return operation < ownColours ? `op-${operation}` : 'op-other';
}

/** A letter that tells an operation apart where there is no room for its name. */
export function letterOf(operation: number): string {
  return operation < ownColours ? String.fromCharCode(65 + operation) : '…';
}

/** Which colour and letter an operation has: of those that lanes show. */
export function Key({
  operations,
  workers,
}: {
  readonly operations: readonly string[];
  readonly workers: readonly WorkerRow[];
}): JSX.Element | null {
  const seen = new Set(
    workers.flatMap(({ lanes }) => lanes.flatMap((lane) => lane.map(({ operation }) => Math.min(operation, ownColours)))),
  );
  seen.delete(-1);
  if (seen.size === 0) return null;
  const shown = [...seen].sort((a, b) => a - b);
  return (
    <ul class="legend" aria-label="Operations">
      {shown.map((operation) => (
        <li key={operation}>
          <i class={`swatch letter ${tintOf(operation)}`}>{letterOf(operation)}</i>
          {operation < ownColours ? operations[operation] : 'others'}
        </li>
      ))}
    </ul>
  );
}
