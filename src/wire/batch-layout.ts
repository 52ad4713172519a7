/** The layouts of batches and results, in frames and on the way to threads. */
import type { Batch, BatchResult } from '../protocol/messages.js';
import type { Reader, Writer } from './byte-io.js';

/** More than the numbers and lengths of any layout take together. */
export const mostLayoutBytes = 128;

/** Bits of a batch. */
const partialsBit = 1;
const suspectBit = 2;
const aloneBit = 4;
const triedBit = 8;
const originBit = 16;
const partsBit = 32;
const besideBit = 64;
const unreachedBit = 128;
const headersBit = 256;

export function writeBatch(
  writer: Writer,
  {
    seq,
    attempt,
    first,
    count,
    units,
    suspect,
    alone,
    budgetMs,
    beside,
    tried,
    unreached,
    origin,
    parts,
    headers,
    payload,
  }: Batch,
): void {
  for (const value of [seq, attempt, first, count, budgetMs]) writer.number(value);
  const bits =
    (units === 'partials' ? partialsBit : 0) +
    (suspect ? suspectBit : 0) +
    (alone ? aloneBit : 0) +
    (tried === undefined ? 0 : triedBit) +
    (origin === undefined ? 0 : originBit) +
    (parts === undefined ? 0 : partsBit) +
    (beside === true ? besideBit : 0) +
    (unreached === undefined ? 0 : unreachedBit) +
    (headers === undefined ? 0 : headersBit);
  writer.byte(bits % 256);
  writer.byte(bits >> 8);
  if (tried !== undefined) writer.number(tried);
  if (unreached !== undefined) writer.bytes(unreached);
  if (origin !== undefined) writer.number(origin);
  if (parts !== undefined) writer.bytes(parts);
  if (headers !== undefined) writer.bytes(headers);
  writer.bytes(payload);
}

export function readBatch(reader: Reader): Batch {
  const seq = reader.number();
  const attempt = reader.number();
  const first = reader.number();
  const count = reader.number();
  const budgetMs = reader.number();
  const bits = reader.byte() + 256 * reader.byte();
  const units = (bits & partialsBit) === 0 ? 'elements' : 'partials';
  const suspect = (bits & suspectBit) !== 0;
  const alone = (bits & aloneBit) !== 0;
  // Most batches have none of these.
  const beside = (bits & besideBit) === 0 ? {} : { beside: true };
  const tried = (bits & triedBit) === 0 ? {} : { tried: reader.number() };
  const unreached = (bits & unreachedBit) === 0 ? {} : { unreached: reader.bytes() };
  const origin = (bits & originBit) === 0 ? {} : { origin: reader.number() };
  const parts = (bits & partsBit) === 0 ? {} : { parts: reader.bytes() };
  const headers = (bits & headersBit) === 0 ? {} : { headers: reader.bytes() };
  return {
    seq,
    attempt,
    first,
    count,
    units,
    suspect,
    alone,
    budgetMs,
    ...beside,
    ...tried,
    ...unreached,
    ...origin,
    ...parts,
    ...headers,
    payload: reader.bytes(),
  };
}

export function writeResult(writer: Writer, { seq, attempt, done, elapsedMs, payload }: BatchResult): void {
  for (const value of [seq, attempt, done, elapsedMs]) writer.number(value);
  writer.bytes(payload);
}

export function readResult(reader: Reader): BatchResult {
  return {
    seq: reader.number(),
    attempt: reader.number(),
    done: reader.number(),
    failures: [],
    elapsedMs: reader.number(),
    payload: reader.bytes(),
  };
}
