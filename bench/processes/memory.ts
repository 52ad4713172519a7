import { readFileSync, writeFileSync } from 'node:fs';

/** Whether {@link residentBytes} works here. */
export const canReadMemory = process.platform === 'linux';

/** What a process has in memory (resident set size), as the kernel says; asking the process itself would have to wait for it. */
export function residentBytes(pid: number): number {
  return figureOf(pid, 'VmRSS');
}

/** The most that it had since {@link forgetPeak}, or since it began. */
export function peakResidentBytes(pid: number): number {
  return figureOf(pid, 'VmHWM');
}

/** As of now, the most that a process had is what it has. */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

function figureOf(pid: number, name: 'VmRSS' | 'VmHWM'): number {
  const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'mu').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kilobytes === undefined) throw new Error(`process ${pid} has no resident memory`);
  return 1_024 * Number(kilobytes);
}
