/** What a bar is drawn on: a stream of a terminal, as `process.stderr` is one. */
export interface ProgressStream {
  /** Whether it is a terminal. On anything else nothing is drawn. */
  readonly isTTY?: boolean | undefined;
  /** How many characters fit into a line; undefined: 80. */
  readonly columns?: number | undefined;
  /** How many lines it has; undefined: 24. */
  readonly rows?: number | undefined;
  /** Takes text to be shown. */
  write(text: string): unknown;
}
