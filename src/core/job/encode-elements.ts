import { NotSerializableError, type Serializer } from '../../serializer/serializer.js';
import type { JobConfig, Refusal } from './job-events.js';
import { isA, messageOf } from '../../errors/thrown.js';

/** What encoding a range of elements yields: batches, and elements that cannot be sent, in order. */
export type EncodedPiece =
  | { readonly type: 'batch'; readonly first: number; readonly count: number; readonly payload: Uint8Array }
  | ({ readonly type: 'unfit'; readonly index: number } & Refusal);

/** Encodes elements like `encodeElements`. Elements that are refused cannot be sent, either. */
export function* encodeAdmitted(
  serializer: Serializer,
  refuse: NonNullable<JobConfig['refuse']>,
  values: readonly unknown[],
  first: number,
  maxPayloadBytes: number,
): Generator<EncodedPiece> {
  let start = 0;
  for (const [at, value] of values.entries()) {
    const refusal = refuse(value);
    if (refusal === undefined) continue;
    yield* encodeElements(serializer, values.slice(start, at), first + start, maxPayloadBytes);
    yield { type: 'unfit', index: first + at, ...refusal };
    start = at + 1;
  }
  yield* encodeElements(serializer, start === 0 ? values : values.slice(start), first + start, maxPayloadBytes);
}

/**
 * Encodes elements, usually into one batch. It makes several batches where one of the elements cannot be carried, or where they
 * are too large together.
 *
 * @param first the index of the first element
 */
export function* encodeElements(
  serializer: Serializer,
  values: readonly unknown[],
  first: number,
  maxPayloadBytes: number,
): Generator<EncodedPiece> {
  // Ranges to encode, the next one last.
  const ranges = [{ start: 0, end: values.length }];
  for (let range = ranges.pop(); range !== undefined; range = ranges.pop()) {
    const { start, end } = range;
    const count = end - start;
    if (count === 0) continue;
    const middle = start + (count >> 1);
    const encoded = encode(serializer, start === 0 && end === values.length ? values : values.slice(start, end));
    if (encoded.type === 'payload' && encoded.payload.byteLength <= maxPayloadBytes) {
      yield { type: 'batch', first: first + start, count, payload: encoded.payload };
    } else if (encoded.type === 'unfit' && (encoded.at !== undefined || count === 1)) {
      const at = start + (encoded.at ?? 0);
      if (at > start) {
        ranges.push({ start: at, end }, { start, end: at });
        continue;
      }
      const { reason, cause } = encoded;
      yield { type: 'unfit', index: first + at, code: 'NOT_SERIALIZABLE', reason, cause };
      ranges.push({ start: at + 1, end });
    } else if (count > 1) {
      ranges.push({ start: middle, end }, { start, end: middle });
    } else {
      const bytes = encoded.type === 'payload' ? encoded.payload.byteLength : 0;
      const reason = `its input has ${bytes} bytes, and the hub admits ${maxPayloadBytes}`;
      yield { type: 'unfit', index: first + start, code: 'PAYLOAD_TOO_LARGE', reason };
    }
  }
}

/** The values as bytes, or why not. `at` says which value it was; serializers of users may not tell. */
function encode(
  serializer: Serializer,
  values: readonly unknown[],
):
  | { readonly type: 'payload'; readonly payload: Uint8Array }
  | { readonly type: 'unfit'; readonly at: number | undefined; readonly reason: string; readonly cause: unknown } {
  try {
    return { type: 'payload', payload: serializer.encode(values) };
  } catch (error) {
    const at = isA(error, NotSerializableError) ? error.valueIndex : undefined;
    const reason = `its input cannot be sent: ${messageOf(error)}`;
    return { type: 'unfit', at, reason, cause: error };
  }
}
