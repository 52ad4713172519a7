/** One way of doing the work that a benchmark measures. */
export interface Contestant<Metric extends string> {
  readonly name: string;
  /** Starts processes and connections; not measured. */
  readonly start: () => Promise<Running<Metric>>;
}

/** A contestant that is ready. */
export interface Running<Metric extends string> extends AsyncDisposable {
  /** Does the work once, checks its results, and says what was measured. */
  readonly run: () => Promise<Sample<Metric>>;
}

/** What one run showed. */
export type Sample<Metric extends string> = Readonly<Record<Metric, number>>;
