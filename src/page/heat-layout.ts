/** Where the rows of a heat map of many workers stand: in columns beside each other, like the columns of a newspaper. */
export interface HeatLayout {
  readonly columns: number;
  readonly rowsPerColumn: number;
  /** In pixels. A cell is a whole number of them, so that all are equally wide. */
  readonly cellWidth: number;
  readonly rowHeight: number;
  readonly columnWidth: number;
  readonly height: number;
}

const gap = 12;
const leastCellWidth = 2;
const mostRowHeight = 14;
const leastRowHeight = 3;
/** The map is to be no higher than that, where rows of the least height allow it. */
const wantedHeight = 420;

/**
 * @param rows how many workers, at least 1
 * @param cells how many moments each has
 * @param width of the map, in pixels
 */
export function heatLayout(rows: number, cells: number, width: number): HeatLayout {
  const mostColumns = Math.max(1, Math.floor((width + gap) / (cells * leastCellWidth + gap)));
  // Few workers have high rows, in few columns.
  const wantedRows = Math.floor(wantedHeight / mostRowHeight);
  const columns = Math.min(mostColumns, Math.max(1, Math.ceil(rows / wantedRows)));
  const rowsPerColumn = Math.ceil(rows / columns);
  const rowHeight = Math.min(mostRowHeight, Math.max(leastRowHeight, Math.floor(wantedHeight / rowsPerColumn)));
  const columnWidth = Math.floor((width - gap * (columns - 1)) / columns);
  const cellWidth = Math.max(1, Math.floor(columnWidth / cells));
  return {
    columns,
    rowsPerColumn,
    cellWidth,
    rowHeight,
    columnWidth: cellWidth * cells + gap,
    height: rowsPerColumn * rowHeight,
  };
}

/** The row at a point of the map; undefined: there is none. */
export function rowAt(
  { rowsPerColumn, rowHeight, columnWidth, columns }: HeatLayout,
  rows: number,
  x: number,
  y: number,
): number | undefined {
  const column = Math.floor(x / columnWidth);
  const line = Math.floor(y / rowHeight);
  const row = column * rowsPerColumn + line;
  return x < 0 || y < 0 || column >= columns || line >= rowsPerColumn || row >= rows ? undefined : row;
}

/** Where cells beside each other pass a test: from the first of them to the first behind them. */
export function stretches(
  cells: readonly number[],
  test: (cell: number) => boolean,
): { readonly from: number; readonly to: number }[] {
  const found: { from: number; to: number }[] = [];
  cells.forEach((cell, at) => {
    if (!test(cell)) return;
    const last = found.at(-1);
    if (last?.to === at) last.to = at + 1;
    else found.push({ from: at, to: at + 1 });
  });
  return found;
}
