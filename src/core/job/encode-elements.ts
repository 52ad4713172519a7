import { NotSerializableError, type Serializer } from '../../serializer/serializer.js';

/** What encoding a range of elements yields: batches, and elements that cannot be sent, in order. */
export type EncodedPiece =
  | { readonly type: 'batch'; readonly first: number; readonly count: number; readonly payload: Uint8Array }
  | {
      readonly type: 'unfit';
      readonly index: number;
      readonly code: 'NOT_SERIALIZABLE' | 'PAYLOAD_TOO_LARGE';
      readonly reason: string;
      readonly cause?: unknown;
    };

/**
 * Encodes elements: into one batch as a rule; into several where one of the elements cannot be carried, or where they are too large
 * together.
 *
 * @param first the index of the first element
 */
export function encodeElements(
  serializer: Serializer,
  values: readonly unknown[],
  first: number,
  maxPayloadBytes: number,
): EncodedPiece[] {
  if (values.length === 0) return [];
  const part = (start: number, end: number): EncodedPiece[] =>
    encodeElements(serializer, values.slice(start, end), first + start, maxPayloadBytes);
  const halves = (): EncodedPiece[] => [...part(0, values.length >> 1), ...part(values.length >> 1, values.length)];
  let payload: Uint8Array;
  try {
    payload = serializer.encode(values);
  } catch (error) {
    // A serializer of others may not say which value it was.
    const at = error instanceof NotSerializableError ? error.valueIndex : values.length === 1 ? 0 : undefined;
    if (at === undefined) return halves();
    const reason = `its input cannot be sent: ${error instanceof Error ? error.message : String(error)}`;
    return [
      ...part(0, at),
      { type: 'unfit', index: first + at, code: 'NOT_SERIALIZABLE', reason, cause: error },
      ...part(at + 1, values.length),
    ];
  }
  if (payload.byteLength <= maxPayloadBytes) return [{ type: 'batch', first, count: values.length, payload }];
  if (values.length > 1) return halves();
  const reason = `its input has ${payload.byteLength} bytes, and the hub admits ${maxPayloadBytes}`;
  return [{ type: 'unfit', index: first, code: 'PAYLOAD_TOO_LARGE', reason }];
}
