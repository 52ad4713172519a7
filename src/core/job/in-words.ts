/** Numbers as people read them. */

/** With marks between thousands: `4,112`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/gu, ',');
}

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** The two largest units at most: `9 s`, `2 min 5 s`, `3 h`. */
export function duration(ms: number): string {
  if (!(ms < Infinity)) return 'any time';
  // What is rounded to a full unit belongs to the next one.
  const seconds = Math.round(ms / secondMs) * secondMs;
  if (seconds < minuteMs) return `${seconds / secondMs} s`;
  if (seconds < hourMs) return pair(seconds, minuteMs, 'min', secondMs, 's');
  if (seconds < dayMs) return pair(seconds, hourMs, 'h', minuteMs, 'min');
  return pair(seconds, dayMs, 'd', hourMs, 'h');
}

function pair(ms: number, largeMs: number, large: string, smallMs: number, small: string): string {
  const rest = Math.floor((ms % largeMs) / smallMs);
  return `${Math.floor(ms / largeMs)} ${large}${rest === 0 ? '' : ` ${rest} ${small}`}`;
}
