import type { Interval } from './intervals.js';

const widestBar = 38;

/** Prints the intervals hour by hour, within 80 characters. */
export function printTable(all: readonly Interval[]): void {
  const most = Math.max(...all.map(({ high }) => high));
  const column = (minutes: number): number => Math.round((widestBar * Math.max(0, minutes)) / most);
  console.log('How late are flights? By hour of the day, nine of ten are at most so late.');
  console.log('Bars are full up to the lower bound of the 95 % interval, shaded to the upper.\n');
  console.log(line('hour', 'flights', 'minutes', '95 % interval', ''));
  for (const { hour, flights, limit, low, high } of all) {
    const bar = '█'.repeat(column(low)) + '░'.repeat(column(high) - column(low));
    console.log(
      line(`${String(hour).padStart(2, '0')}:00`, flights.toLocaleString('en'), String(limit), `${low} to ${high}`, bar),
    );
  }
}

function line(hour: string, flights: string, limit: string, interval: string, bar: string): string {
  return `${hour.padEnd(5)}${flights.padStart(8)}${limit.padStart(9)}${interval.padStart(15)}  ${bar}`.trimEnd();
}
