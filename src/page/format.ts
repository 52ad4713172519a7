/** Numbers and times as the hub's page writes them: short, and of even width where they stand in columns. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** A count as it is: `4,112`. */
export function count(value: number): string {
  return whole.format(value);
}

/** A count in few characters: `950`, `4.1k`, `12k`, `3.4M`. */
export function brief(value: number): string {
  return scaled(value, 1_000, ['', 'k', 'M', 'G', 'T']);
}

/** Bytes in few characters: `512 B`, `1.5 MB`, by powers of 1,000. */
export function bytes(value: number): string {
  return scaled(value, 1_000, [' B', ' kB', ' MB', ' GB', ' TB']);
}

/** Three digits at most, and a unit. */
function scaled(value: number, step: number, units: readonly string[]): string {
  let rest = value;
  let at = 0;
  // What would be rounded to the next unit has that unit.
  while (Math.abs(rest) >= step - 0.5 && at < units.length - 1) {
    rest /= step;
    at += 1;
  }
  const digits = Math.abs(rest) >= 9.95 ? 0 : 1;
  return `${rest.toFixed(digits).replace(/\.0$/u, '')}${units[at] ?? ''}`;
}

/** A share as a percentage; what is neither nothing nor all is not rounded to it. */
export function percent(share: number): string {
  if (share > 0 && share < 0.01) return '< 1 %';
  if (share < 1 && share > 0.99) return '> 99 %';
  return `${Math.round(100 * share)} %`;
}

/** A time of any length, in the two largest units: `340 ms`, `9.2 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  if (ms < 1) return '0 ms';
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return two(seconds, 60, 'min', 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return two(minutes, 60, 'h', 'min');
  return two(Math.round(minutes / 60), 24, 'd', 'h');
}

function two(small: number, each: number, largeUnit: string, smallUnit: string): string {
  const rest = small % each;
  const large = `${Math.floor(small / each)} ${largeUnit}`;
  return rest === 0 ? large : `${large} ${rest} ${smallUnit}`;
}

/** A range of time that remains: `2 to 5 min`, or one time where both are written the same. */
export function timeRange(least: number, most: number): string {
  const [unitMs, unit] = units.find(([each]) => most < 99.5 * each) ?? [86_400_000, 'd'];
  const to = Math.max(1, Math.round(most / unitMs));
  const from = Math.round(least / unitMs);
  if (from >= to || to === 1) return `${to} ${unit}`;
  return from === 0 ? `up to ${to} ${unit}` : `${from} to ${to} ${unit}`;
}

const units = [
  [1_000, 's'],
  [60_000, 'min'],
  [3_600_000, 'h'],
] as const;

/**
 * A sentence for people, of a text that begins with a small letter and has no full stop.
 *
 * @param isOfJob whether it may begin with the name of a job and a colon, which stays as it is
 */
export function sentence(text: string, isOfJob = false): string {
  const begun = isOfJob && /^[^:]+: /u.test(text) ? text : `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return `${begun}${/[a-z0-9'")\]%]$/iu.test(text) ? '.' : ''}`;
}

/** How long ago, in words that a screen reader speaks well: `now`, `9 seconds ago`, `2 minutes 5 seconds ago`. */
export function ago(seconds: number): string {
  if (seconds <= 0) return 'now';
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  const words = [
    ...(minutes === 0 ? [] : [`${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`]),
    ...(rest === 0 ? [] : [`${rest} ${rest === 1 ? 'second' : 'seconds'}`]),
  ];
  return `${words.join(' ')} ago`;
}

/** Seconds with a suitable unit, for bounds of a histogram: `5 ms`, `2 s`, `1 min`. */
export function bound(seconds: number): string {
  if (seconds < 0.001) return `${Number((seconds * 1e6).toFixed(0))} µs`;
  if (seconds < 1) return `${Number((seconds * 1e3).toFixed(1))} ms`;
  return seconds < 60 ? `${Number(seconds.toFixed(1))} s` : `${Number((seconds / 60).toFixed(1))} min`;
}

/** The time of day of a moment in milliseconds since 1970, in the zone of whoever reads it: `14:03:09`. */
export function timeOfDay(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}
