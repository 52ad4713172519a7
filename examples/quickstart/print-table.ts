import { add, type Delays, type DelaysByHour } from './operations.js';

const widestBar = 32;

/** Prints the delays hour by hour, and of the whole day. */
export function printTable(byHour: DelaysByHour): void {
  const hours = [...byHour].sort(([a], [b]) => a - b);
  const day = hours.map(([, delays]) => delays).reduce(add);
  const widestShare = Math.max(...hours.map(([, delays]) => share(delays)));
  const row = (label: string, delays: Delays): string =>
    line(
      label,
      delays.count.toLocaleString('en'),
      delays.mean.toFixed(1),
      Math.sqrt(delays.m2 / delays.count).toFixed(1),
      `${(100 * share(delays)).toFixed(1)} %`,
      bar((widestBar * share(delays)) / widestShare),
    );

  console.log('How late are flights, by hour of the day? Delays in minutes; late is over 15.\n');
  console.log(line('hour', 'flights', 'mean', 'std dev', 'late', ''));
  for (const [hour, delays] of hours) console.log(row(`${String(hour).padStart(2, '0')}:00`, delays));
  console.log(row('all', day));
}

/** Five columns of text and a bar, within 80 characters. */
function line(label: string, count: string, mean: string, deviation: string, late: string, bar: string): string {
  return `${label.padEnd(5)}${count.padStart(10)}${mean.padStart(9)}${deviation.padStart(10)}${late.padStart(11)}  ${bar}`.trimEnd();
}

function share({ late, count }: Delays): number {
  return late / count;
}

/** A bar so many characters long, to an eighth of one. */
function bar(length: number): string {
  const eighths = Math.round(8 * length);
  return '█'.repeat(Math.floor(eighths / 8)) + ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8];
}
