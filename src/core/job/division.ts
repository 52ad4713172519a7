import type { JobState } from './job-state.js';

/**
 * Gives all elements back, so that two jobs may execute the stages before and from `at` on; not once anything may have been executed, and not
 * while an element is missing which was refused before it was sent.
 */
export function divide(state: JobState, at: number): void {
  const { config, source, ledger, backlog, begun, cut, effects } = state;
  if (config.divisible !== true || begun || at >= config.stages.length) return;
  const records = ledger.inOrder();
  if (records.reduce((sum, { count }) => sum + count, 0) < cut) return;
  const values = records.flatMap(({ payload }) => config.serializer.decode(payload));
  effects.push({ type: 'divided', at, values: [...values, ...backlog.take(backlog.size)], source });
}
