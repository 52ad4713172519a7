import type { BatchOfRun, SlotsReport } from '../core/worker-session-events.js';
import { maxSlotsTold } from '../limits.js';
import type { ReportedDoing } from '../protocol/messages.js';
import type { Vitals } from '../protocol/overview.js';

/**
 * What a worker tells of its slots. Names are told once each.
 *
 * @param stageOf the stage that a batch is in, where anybody can tell
 */
export function doingOf(
  slots: SlotsReport,
  stageOf: (batch: BatchOfRun) => number | undefined,
  vitals: Vitals | undefined,
): ReportedDoing {
  const names: string[] = [];
  const indexOf = (name: string | undefined): number => {
    if (name === undefined) return -1;
    const known = names.indexOf(name);
    return known === -1 ? names.push(name) - 1 : known;
  };
  const told = slots.slice(0, maxSlotsTold).map(({ batch, forMs, most, busy }) => ({
    operation: indexOf(batch === undefined ? undefined : nameOf(batch, stageOf(batch))),
    forMs: Math.max(0, forMs),
    most: indexOf(most),
    busy: Math.round(busy * 100) / 100,
  }));
  return { names, slots: told, ...(vitals !== undefined && { vitals }) };
}

function nameOf({ description, chain }: BatchOfRun, stage: number | undefined): string {
  return (stage === undefined ? undefined : description.stages[stage]?.operation) ?? chain;
}
