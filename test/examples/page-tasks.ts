import { expect } from 'vitest';
import type { Browser, Page } from 'playwright-core';

/** How a page's own thread was kept busy. In milliseconds. */
export interface PageTasks {
  /** The longest task, by the time that its thread computed. */
  readonly longestCpuMs: number;
  /** The longest task, by the clock: the machine may have executed something else meanwhile. */
  readonly longestMs: number;
  /** What the longest task did, by the time that it computed. */
  readonly longestDid: string;
  /** The tasks that evaluate the page's scripts. */
  readonly loadingCpuMs: number;
  readonly tasks: number;
  /** For how long all tasks computed. */
  readonly cpuMs: number;
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** In microseconds: when it began. */
  readonly ts: number;
  /** In microseconds: by the clock, and what the thread computed. */
  readonly dur?: number;
  readonly tdur?: number;
}

/**
 * Records the tasks of pages' threads while something is done. Timers in a page, and the tasks that it can observe itself, go by
 * the clock. On a machine with few cores, where workers compute on all of them, the clock also counts what other threads do. So
 * a task is judged by the time that its own thread computed: a page may not hold itself up. What the clock says is told beside.
 */
export async function tasksOf(browser: Browser, page: Page, act: () => Promise<void>): Promise<PageTasks> {
  const { events, mark } = await traceOf(browser, page, act);
  const ofPage = events.filter(({ ph, pid, tid }) => ph === 'X' && pid === mark.pid && tid === mark.tid);
  const tasks = ofPage.filter((event) => event.name === 'RunTask');
  expect(tasks.length, 'tasks of the page in the trace').toBeGreaterThan(0);
  const cpuMs = ({ tdur = NaN }: TraceEvent): number => tdur / 1_000;
  const partsOf = (task: TraceEvent): TraceEvent[] =>
    ofPage.filter((event) => event !== task && event.ts >= task.ts && event.ts <= task.ts + (task.dur ?? 0));
  const evaluations = ofPage.filter((event) => event.name === 'v8.evaluateModule');
  const isLoading = (task: TraceEvent): boolean => evaluations.some(({ ts }) => ts >= task.ts && ts <= task.ts + (task.dur ?? 0));
  const loading = tasks.filter(isLoading);
  const longest = tasks.reduce((before, task) => (cpuMs(task) > cpuMs(before) ? task : before));
  const parts = partsOf(longest).filter((event) => cpuMs(event) > 1);
  return {
    longestCpuMs: cpuMs(longest),
    longestMs: tasks.reduce((most, { dur = NaN }) => Math.max(most, dur / 1_000), 0),
    longestDid: parts.map((event) => `${event.name} ${cpuMs(event).toFixed(1)}`).join(', '),
    loadingCpuMs: loading.reduce((sum, task) => sum + cpuMs(task), 0),
    tasks: tasks.length,
    cpuMs: tasks.reduce((sum, task) => sum + cpuMs(task), 0),
  };
}

/** The process that a page is in, with its Web Workers. */
export async function processOf(browser: Browser, page: Page): Promise<number> {
  const { mark } = await traceOf(browser, page, () => Promise.resolve());
  return mark.pid;
}

/** What the browser did meanwhile, and a mark that the page itself has set. */
async function traceOf(
  browser: Browser,
  page: Page,
  act: () => Promise<void>,
): Promise<{ readonly events: readonly TraceEvent[]; readonly mark: TraceEvent }> {
  const name = `marked-${Math.random()}`;
  await browser.startTracing(page, {
    categories: ['blink.user_timing', 'devtools.timeline', 'v8', 'disabled-by-default-devtools.timeline'],
  });
  let trace: Buffer;
  try {
    await act();
    // By the mark the thread of the page is found, in whichever process the page is by now.
    await page.evaluate(`performance.mark('${name}')`);
  } finally {
    trace = await browser.stopTracing();
  }
  const { traceEvents } = JSON.parse(trace.toString()) as { readonly traceEvents: readonly TraceEvent[] };
  const mark = traceEvents.find((event) => event.name === name);
  if (mark === undefined) throw new Error('the mark of the page is not in the trace');
  return { events: traceEvents, mark };
}
