import { watching } from '../../src/watching.js';
import { JobAccounts, type JobEnd } from '../core/job-accounts.js';
import type { SchedulerEffect, SchedulerEvent } from '../core/scheduler-events.js';
import type { HubMachine } from '../in-process/hub-driver.js';

/** Has somebody told of each job that is over at a hub. */
export function tellJobEnds(onJobEnd: (end: JobEnd) => void): (machine: HubMachine) => HubMachine {
  const accounts = new JobAccounts();
  return (machine) =>
    watching<SchedulerEvent, SchedulerEffect>(
      machine,
      (event, now) => {
        for (const end of accounts.event(event, now)) onJobEnd(end);
      },
      (effect, now) => {
        const end = accounts.effect(effect, now);
        if (end !== undefined) onJobEnd(end);
      },
    );
}
