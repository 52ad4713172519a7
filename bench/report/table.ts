/** Figures under headings. */
export interface Table {
  readonly caption: string;
  readonly headings: readonly string[];
  /** The first cell of a row says what it is about. */
  readonly rows: readonly (readonly string[])[];
}

/** For terminals: columns as wide as their widest cell, names to the left, figures to the right. */
export function plainTable({ caption, headings, rows }: Table): string {
  const widths = headings.map((heading, column) => Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [caption, line(headings), ...rows.map(line)].join('\n');
}

/** For a page. */
export function markdownTable({ caption, headings, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = headings.map((_, column) => (column === 0 ? '---' : '---:'));
  return [`${caption}:`, '', line(headings), line(rule), ...rows.map(line)].join('\n');
}
