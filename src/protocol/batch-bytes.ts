/** The bytes that a batch carries. Whoever counts or copies them uses this file, and so forgets no field. */
import type { Batch } from './messages.js';

/** The fields of a batch that are bytes. */
type ByteField = { [Name in keyof Batch]-?: Uint8Array extends Batch[Name] ? Name : never }[keyof Batch];

/** Which of them are beside its payload. A field that is missing here is a type error. */
const isBeside: Readonly<Record<ByteField, boolean>> = { payload: false, parts: true, unreached: true, headers: true };

const byteFields = Object.keys(isBeside) as readonly ByteField[];
/** The fields beside its payload. Most batches have none of them. */
export const besideFields: readonly ByteField[] = byteFields.filter((name) => isBeside[name]);

/** A batch whose bytes may be put elsewhere. */
export type MovableBatch = { -readonly [Name in keyof Batch]: Batch[Name] };

/** How many bytes all of them have. */
export function carriedBytes(batch: Batch): number {
  let bytes = 0;
  for (const name of byteFields) bytes += batch[name]?.byteLength ?? 0;
  return bytes;
}

/** Replaces each of its byte arrays. The function gets the present one. */
export function moveBytes(batch: MovableBatch, moved: (bytes: Uint8Array) => Uint8Array): void {
  for (const name of byteFields) {
    const bytes = batch[name];
    if (bytes !== undefined) batch[name] = moved(bytes);
  }
}
