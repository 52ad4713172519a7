/** One measurement of a size. */
export interface Sample {
  readonly atMs: number;
  readonly bytes: number;
}

/** The straight line that fits best. */
export interface Trend {
  readonly bytesPerHour: number;
  /** The standard error of that. */
  readonly errorBytesPerHour: number;
}

const hourMs = 3_600_000;

/** Fits a line by least squares; its error is infinite when there are fewer than three samples. */
export function trendOf(samples: readonly Sample[]): Trend {
  const count = samples.length;
  const meanMs = samples.reduce((sum, { atMs }) => sum + atMs, 0) / count;
  const meanBytes = samples.reduce((sum, { bytes }) => sum + bytes, 0) / count;
  const spread = samples.reduce((sum, { atMs }) => sum + (atMs - meanMs) ** 2, 0);
  const slope = samples.reduce((sum, { atMs, bytes }) => sum + (atMs - meanMs) * (bytes - meanBytes), 0) / spread;
  const residual = samples.reduce((sum, { atMs, bytes }) => sum + (bytes - meanBytes - slope * (atMs - meanMs)) ** 2, 0);
  const error = count < 3 ? Infinity : Math.sqrt(residual / (count - 2) / spread);
  return { bytesPerHour: hourMs * slope, errorBytesPerHour: hourMs * error };
}

/** The second half of the run: in the first, caches fill and code is compiled. */
export function secondHalf(samples: readonly Sample[]): readonly Sample[] {
  return samples.slice(Math.floor(samples.length / 2));
}

/** What may be added in an hour. */
export const mostBytesPerHour: number = 1024 * 1024;

/**
 * Whether a size grows: its slope is beyond 1 MB/h even when three standard errors are taken off it. Noise alone shows that in
 * about one of 700 runs; a short run, whose error is large, shows it for large leaks only.
 */
export function grows({ bytesPerHour, errorBytesPerHour }: Trend): boolean {
  return bytesPerHour - 3 * errorBytesPerHour > mostBytesPerHour;
}
