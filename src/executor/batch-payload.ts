import type { Batch, UnitFailure } from '../protocol/messages.js';
import { joinParts } from '../wire/parts.js';
import { NotSerializableError, type Serializer } from '../serializer/serializer.js';
import { isA, messageOf } from '../errors/thrown.js';
import type { FoldedRun } from './batch-run.js';
import { fatalFailure } from './unit-failures.js';

/** What came of an execution, before it is packed. The units before `done` are settled. */
export interface Executed {
  readonly done: number;
  readonly failures: readonly UnitFailure[];
  readonly outputs: readonly unknown[];
  readonly runs: readonly FoldedRun[];
}

/** The same as bytes that fit into a message. Units that did not fit are given back by a smaller `done`. */
export interface Packed {
  readonly done: number;
  readonly failures: readonly UnitFailure[];
  readonly payload: Uint8Array;
}

/** The batch must be executed anew with fewer units. `failAfter`, if given, is the failure of the unit after them. */
export interface Redo {
  readonly limit: number;
  readonly failAfter?: UnitFailure;
}

export interface Packing {
  readonly serializer: Serializer;
  readonly maxPayloadBytes: number;
  /** The number of the last stage of the chain. It made the values that cannot be packed. */
  readonly stage: number;
  readonly units: Batch['units'];
}

/** Packs the outputs of a chain that ends in a map. */
export function packOutputs(executed: Executed, packing: Packing): Packed {
  const { serializer, maxPayloadBytes, stage } = packing;
  let { outputs, failures, done } = executed;
  let payload: Uint8Array;
  try {
    payload = serializer.encode(outputs);
  } catch {
    ({ outputs, failures, payload, done } = withoutCulprits(executed, packing));
  }
  if (payload.byteLength <= maxPayloadBytes) return { done, failures, payload };
  const offsets = succeeded(done, failures);
  let count = outputs.length;
  while (payload.byteLength > maxPayloadBytes && count > 1) {
    // Fewer units are tried, in proportion to the limit, and at least one fewer.
    count = Math.max(1, Math.min(count - 1, Math.floor((count * maxPayloadBytes) / payload.byteLength)));
    done = offsets[count] ?? done;
    payload = serializer.encode(outputs.slice(0, count));
  }
  failures = failures.filter((failure) => failure.offset < done);
  if (payload.byteLength <= maxPayloadBytes) return { done, failures, payload };
  const tooLarge = tooLargeFailure(offsets[0] ?? 0, stage, 'output', payload.byteLength, maxPayloadBytes);
  return { done, failures: inOrder([...failures, tooLarge]), payload: noValues(serializer) };
}

/** Packs the partials of a chain that ends in a fold. */
export function packPartials(executed: Executed, packing: Packing): Packed | Redo {
  const { maxPayloadBytes } = packing;
  const failures = [...executed.failures];
  const parts: Uint8Array[] = [];
  let bytes = 0;
  const pack = (done: number): Packed => ({
    done,
    failures: inOrder(failures.filter((failure) => failure.offset < done)),
    payload: joinParts(parts),
  });
  for (const run of executed.runs) {
    const last = run.first + run.units - 1;
    const part = encodePartial(run.partial, last, packing);
    if (part instanceof Uint8Array) {
      const size = 4 + part.byteLength;
      // What came before goes; this run is given back.
      if (bytes + size > maxPayloadBytes) return pack(run.first);
      parts.push(part);
      bytes += size;
    } else if (run.units === 1) {
      failures.push(part);
    } else if (run.first > 0) {
      return pack(run.first);
    } else if (packing.units === 'partials' && run.units === 2) {
      // If they were given back, the same two would come again, for ever.
      return { limit: 1, failAfter: part };
    } else {
      // The first of the elements at hand may do. Elements that do not combine into a value that can be carried end up as two
      // partials.
      return { limit: Math.ceil(run.units / 2) };
    }
  }
  return pack(executed.done);
}

function encodePartial(
  partial: unknown,
  offset: number,
  { serializer, maxPayloadBytes, stage }: Packing,
): Uint8Array | UnitFailure {
  try {
    const part = serializer.encode([partial]);
    const bytes = 4 + part.byteLength;
    return bytes <= maxPayloadBytes ? part : tooLargeFailure(offset, stage, 'partial', bytes, maxPayloadBytes);
  } catch (thrown) {
    return notSerializableFailure(offset, stage, 'partial', thrown);
  }
}

/**
 * Finds the outputs that cannot be encoded, and encodes the others. It tries one by one, because a serializer need not say which
 * output it is.
 */
function withoutCulprits(executed: Executed, { serializer, stage }: Packing): Packed & { readonly outputs: unknown[] } {
  const failures = [...executed.failures];
  const outputs: unknown[] = [];
  const offsets: number[] = [];
  for (const [at, offset] of succeeded(executed.done, executed.failures).entries()) {
    const output = executed.outputs[at];
    try {
      serializer.encode([output]);
      outputs.push(output);
      offsets.push(offset);
    } catch (thrown) {
      failures.push(notSerializableFailure(offset, stage, 'output', thrown));
    }
  }
  // Each can be encoded, but perhaps not all together. Then the rest is given back.
  for (let count = outputs.length; ; count >>= 1) {
    const done = offsets[count] ?? executed.done;
    const kept = outputs.slice(0, count);
    try {
      const payload = serializer.encode(kept);
      return { done, outputs: kept, failures: inOrder(failures.filter(({ offset }) => offset < done)), payload };
    } catch (thrown) {
      if (count > 1) continue;
      for (const offset of offsets) failures.push(notSerializableFailure(offset, stage, 'output', thrown));
      return { done: executed.done, outputs: [], failures: inOrder(failures), payload: noValues(serializer) };
    }
  }
}

/** A payload without values. Where the serializer cannot write it, nobody reads it. */
export function noValues(serializer: Serializer): Uint8Array {
  try {
    return serializer.encode([]);
  } catch {
    return new Uint8Array(0);
  }
}

/** The offsets of the units that did not fail. */
function succeeded(done: number, failures: readonly UnitFailure[]): number[] {
  const failed = new Set(failures.map((failure) => failure.offset));
  return Array.from({ length: done }, (_, offset) => offset).filter((offset) => !failed.has(offset));
}

function inOrder(failures: UnitFailure[]): UnitFailure[] {
  return failures.sort((a, b) => a.offset - b.offset);
}

function notSerializableFailure(offset: number, stage: number, what: 'output' | 'partial', thrown: unknown): UnitFailure {
  if (isA(thrown, NotSerializableError)) {
    return fatalFailure(offset, stage, 'NOT_SERIALIZABLE', `${what} ${messageOf(thrown)}`);
  }
  const message = `${what} cannot be encoded: ${messageOf(thrown)}`;
  return fatalFailure(offset, stage, 'NOT_SERIALIZABLE', message, thrown);
}

function tooLargeFailure(
  offset: number,
  stage: number,
  what: 'output' | 'partial',
  bytes: number,
  maxPayloadBytes: number,
): UnitFailure {
  return fatalFailure(offset, stage, 'PAYLOAD_TOO_LARGE', `${what} has ${bytes} bytes; the limit is ${maxPayloadBytes}`);
}
