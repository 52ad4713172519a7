import type { BatchResult, JobDescription } from '../protocol/messages.js';
import type { Outcome } from '../protocol/outcome.js';

/** A copy with a buffer of its own. So it can be transferred, and the given bytes stay. */
export function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

/** The same bytes where they own their whole buffer, else a copy. To post a view would copy the whole buffer of the view. */
export function transferable(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  // Just checked; the narrowing of the buffer does not reach the array.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength) return bytes as Uint8Array<ArrayBuffer>;
  return copyOf(bytes);
}

export function transferableDescription(description: JobDescription): JobDescription {
  const stages = description.stages.map((stage) =>
    stage.args === undefined ? stage : { ...stage, args: transferable(stage.args) },
  );
  return { ...description, stages };
}

/** The outcome as it can be posted, and the buffer of its payload to transfer. */
export function transferableOutcome(outcome: Outcome): { outcome: Outcome; transfer: ArrayBuffer[] } {
  if (outcome.type === 'lost') return { outcome, transfer: [] };
  // Many units may share one error; so do their copies.
  const copies = new Map<Uint8Array, Uint8Array>();
  const own = (error: Uint8Array): Uint8Array => {
    let copy = copies.get(error);
    if (copy === undefined) copies.set(error, (copy = transferable(error)));
    return copy;
  };
  const payload = transferable(outcome.result.payload);
  const failures = outcome.result.failures.map((failure) => ({ ...failure, error: own(failure.error) }));
  const result: BatchResult = { ...outcome.result, failures, payload };
  return { outcome: { type: 'result', result }, transfer: [payload.buffer] };
}
