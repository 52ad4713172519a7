import { PaladinError } from '../../errors/paladin-error.js';
import type { BatchLoss, BatchResult } from '../../protocol/messages.js';
import { splitParts } from '../../wire/parts.js';
import type { Serializer } from '../../serializer/serializer.js';
import { messageOf } from '../../errors/thrown.js';

/** A range of units, `end` excluded. */
export interface UnitRange {
  readonly start: number;
  readonly end: number;
}

/** The succeeded units of a result, as ranges between the failed ones. */
export function succeededRanges(result: BatchResult): UnitRange[] {
  const ranges: UnitRange[] = [];
  let start = 0;
  for (const end of [...result.failures.map((failure) => failure.offset), result.done]) {
    if (end > start) ranges.push({ start, end });
    start = end + 1;
  }
  return ranges;
}

/**
 * Checks that a result can be one of a batch of `count` units in these stages of a chain, `to` excluded.
 *
 * @throws {@link PaladinError} `PROTOCOL` when it cannot
 */
export function checkResult(
  result: BatchResult,
  count: number,
  { from, to }: { readonly from: number; readonly to: number },
): void {
  const { done, failures } = result;
  if (!(done >= 1 && done <= count)) throw unreadable(`${done} units done of ${count}`);
  let previous = -1;
  for (const { offset, stage } of failures) {
    if (offset <= previous || offset >= done) {
      throw unreadable(`a failure at unit ${offset} of ${done}, after one at ${previous}`);
    }
    if (stage < from || stage >= to) throw unreadable(`a failure in stage ${stage - from} of ${to - from}`);
    previous = offset;
  }
}

/**
 * Checks that a loss can be one of a batch in a chain of `stages`. An offset beyond the batch only says that nobody is known to
 * be to blame.
 *
 * @throws {@link PaladinError} `PROTOCOL` when it cannot
 */
export function checkLoss({ stage = 0 }: BatchLoss, stages: number): void {
  if (stage < 0 || stage >= stages) throw unreadable(`a loss in stage ${stage} of ${stages}`);
}

/**
 * The values of a payload, of which there must be `count`.
 *
 * @throws {@link PaladinError} `PROTOCOL` when the payload cannot be read, or has another number of values
 */
export function readValues(serializer: Serializer, payload: Uint8Array, count: number): readonly unknown[] {
  let values: unknown;
  try {
    values = serializer.decode(payload);
  } catch (error) {
    throw unreadable(`serializer '${serializer.name}' cannot read it: ${messageOf(error)}`);
  }
  if (!Array.isArray(values)) throw unreadable(`serializer '${serializer.name}' made no list of it`);
  if (values.length !== count) throw unreadable(`${values.length} values where ${count} were due`);
  return values;
}

/**
 * The partials of a payload, of which there must be `count`.
 *
 * @throws {@link PaladinError} `PROTOCOL` when the payload cannot be read, or has another number of partials
 */
export function readPartials(payload: Uint8Array, count: number): readonly Uint8Array[] {
  let partials: Uint8Array[];
  try {
    partials = splitParts(payload);
  } catch (error) {
    throw unreadable(`its partials: ${messageOf(error)}`);
  }
  if (partials.length !== count) throw unreadable(`${partials.length} partials where ${count} were due`);
  return partials;
}

/** The error of a result that makes no sense. */
function unreadable(what: string): PaladinError {
  return new PaladinError('PROTOCOL', `a worker sent a result that cannot be: ${what}`);
}
