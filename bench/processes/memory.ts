import { readFileSync } from 'node:fs';

/** Whether {@link residentBytes} works here. */
export const canReadMemory = process.platform === 'linux';

/** What a process has in memory (resident set size), as the kernel says; asking the process itself would have to wait for it. */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kilobytes === undefined) throw new Error(`process ${pid} has no resident memory`);
  return 1_024 * Number(kilobytes);
}
