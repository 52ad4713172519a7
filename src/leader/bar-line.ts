import { duration, grouped } from '../core/job/in-words.js';
import { cutTo } from '../protocol/columns.js';
import { printable } from '../protocol/printable.js';
import type { JobProgress } from './job-progress.js';

/** How wide a bar is, and the widest name: both fit into a line of 80 characters with the rest. */
const barWidth = 24;
const nameWidth = 24;

const full = '█';
const empty = '░';

/** A job in a line of so many columns at most. */
export function barLine(progress: JobProgress, columns: number): string {
  const { name, done, total, perSecond, waitsFor } = progress;
  const parts = [
    cutTo(nameWidth, printable(name)),
    ...(total === undefined ? [`${grouped(done)} done`] : [bar(done, total), `${grouped(done)} of ${grouped(total)}`]),
    `${rateOf(perSecond)}/s`,
    ...leftOf(progress),
    ...(waitsFor === undefined ? [] : [printable(waitsFor)]),
  ];
  return cutTo(columns, parts.join('  '));
}

function bar(done: number, total: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  // Neither is it full before the end, nor at 100 %.
  const filled = Math.floor(share * barWidth);
  return `${full.repeat(filled)}${empty.repeat(barWidth - filled)} ${String(Math.floor(share * 100)).padStart(3)} %`;
}

function rateOf(perSecond: number): string {
  if (perSecond >= 10 || perSecond === 0) return grouped(Math.round(perSecond));
  return perSecond.toPrecision(2);
}

function leftOf({ remainingMs }: JobProgress): string[] {
  if (remainingMs === undefined) return [];
  const [least, most] = [duration(remainingMs.least), duration(remainingMs.most)];
  return [least === most ? `${most} left` : `${least} to ${most} left`];
}
