import { columnsOf, paddedTo } from '../../src/protocol/columns.js';
import { printable } from '../../src/protocol/printable.js';

/** Rows under their headings, in columns as wide as their widest cell, between empty lines; nothing when there are no rows. */
export function textTable(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  // Peers choose names, and a terminal obeys control characters in them.
  const lines = [headings, ...rows.map((row) => row.map(printable))];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => columnsOf(line[column] ?? ''))));
  const text = lines.map((line) =>
    line
      .map((cell, column) => paddedTo(widths[column] ?? 0, cell))
      .join('  ')
      .trimEnd(),
  );
  return ['', ...text, ''];
}
