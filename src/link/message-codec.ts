/**
 * Messages as bytes.
 *
 * What there is one of for each batch (`batch`, `assign`, `acknowledge`, and a `result` without failures) has a layout of its own; everything else is
 * JSON, with the byte arrays that it refers to behind it. Payloads are copied once when they are written, and read as views: nothing of
 * them is looked at.
 */
import type { Batch, BatchResult, HubToLeader, HubToWorker, LeaderToHub, WorkerToHub } from '../protocol/messages.js';
import { mostUtf8Bytes, Reader, utf8, Writer } from './byte-io.js';
import { LimitError } from '../protocol/shape.js';
import { allocate } from './frame-memory.js';

/** The messages with a layout of their own. */
type Laid =
  | Extract<LeaderToHub, { type: 'batch' | 'acknowledge' }>
  | Extract<HubToWorker, { type: 'assign' | 'acknowledge' }>
  | Extract<HubToLeader | WorkerToHub, { type: 'result' }>;

/** A message that is to be encoded, and what is known of it before. */
export type Outgoing =
  | { readonly laid: Laid; readonly mostBytes: number }
  | { readonly laid: undefined; readonly json: string; readonly attachments: readonly Uint8Array[]; readonly mostBytes: number };

/** The first byte of a message. */
const kinds = {
  json: 0,
  batch: 1,
  assign: 2,
  resultToHub: 3,
  resultToLeader: 4,
  acknowledgeToHub: 5,
  acknowledgeToWorker: 6,
} as const;

/** More than the numbers and lengths of any layout take together. */
const mostNumberBytes = 128;

/** Finds out what the message takes. */
export function outgoing(message: object): Outgoing {
  const laid = laidOf(message);
  if (laid !== undefined) {
    return { laid, mostBytes: mostNumberBytes + mostUtf8Bytes * idLength(laid) + payloadBytes(laid) };
  }
  const attachments: Uint8Array[] = [];
  const json = JSON.stringify(detach(message, attachments));
  const bytes = attachments.reduce((sum, { byteLength }) => sum + 4 + byteLength, 0);
  return { laid, json, attachments, mostBytes: mostNumberBytes + mostUtf8Bytes * json.length + bytes };
}

/** The most bytes that the messages take. */
export function mostBytesOf(messages: readonly Outgoing[]): number {
  let bytes = 0;
  for (const { mostBytes } of messages) bytes += mostBytes;
  return bytes;
}

/** Encodes messages one behind the other. */
export function encodeMessages(messages: readonly Outgoing[]): Uint8Array {
  const writer = new Writer(allocate(mostBytesOf(messages)));
  writeMessages(writer, messages);
  return writer.written();
}

/**
 * @param maxJsonBytes the most bytes of JSON that a message may have; hubs bound it, since nothing else is done while it is parsed
 * @returns the messages, one after the other, with their byte arrays as views on the given bytes
 * @throws an Error when what comes next is no message
 */
export function* readMessages(bytes: unknown, maxJsonBytes: number = Infinity): Generator<unknown, undefined> {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('expected messages');
  const reader = new Reader(bytes);
  while (!reader.atEnd) yield readMessage(reader, maxJsonBytes);
}

/** The one message, likewise. */
export function decodeMessage(bytes: Uint8Array, maxJsonBytes?: number): unknown {
  const reader = new Reader(bytes);
  const message = readMessage(reader, maxJsonBytes);
  if (!reader.atEnd) throw new RangeError('more than one message');
  return message;
}

/** All of the messages, likewise. */
export function decodeMessages(bytes: unknown): unknown[] {
  return [...readMessages(bytes)];
}

export function writeMessages(writer: Writer, messages: readonly Outgoing[]): void {
  for (const message of messages) writeMessage(writer, message);
}

function writeMessage(writer: Writer, message: Outgoing): void {
  if (message.laid !== undefined) {
    writeLaid(writer, message.laid);
    return;
  }
  const { json, attachments } = message;
  writer.byte(kinds.json);
  writer.text(json);
  writer.number(attachments.length);
  for (const bytes of attachments) writer.bytes(bytes);
}

function readMessage(reader: Reader, maxJsonBytes: number = Infinity): unknown {
  const kind = reader.byte();
  switch (kind) {
    case kinds.json: {
      const text = reader.bytes();
      if (text.byteLength > maxJsonBytes) throw new LimitError(`a message with more than ${maxJsonBytes} bytes of JSON`);
      const json: unknown = JSON.parse(utf8(text));
      const attachments: Uint8Array[] = [];
      const count = reader.number();
      // Of empty ones there could be millions.
      if (!(count >= 0 && count <= text.byteLength / leastPlaceholderBytes)) throw new RangeError(unreferred);
      while (attachments.length < count) attachments.push(reader.bytes());
      // Then a placeholder stays as it is: an object that nothing here takes.
      if (attachments.length === 0) return json;
      const unused = new Set(attachments.keys());
      const message = attach(json, attachments, unused);
      if (unused.size > 0) throw new RangeError(unreferred);
      return message;
    }
    case kinds.batch:
      return { type: 'batch', job: reader.number(), batch: readBatch(reader) };
    case kinds.assign:
      return { type: 'assign', jobId: reader.text(), ticket: reader.number(), batch: readBatch(reader) };
    case kinds.resultToHub:
      return { type: 'result', jobId: reader.text(), result: readResult(reader) };
    case kinds.resultToLeader:
      return { type: 'result', job: reader.number(), workerId: reader.text(), result: readResult(reader) };
    case kinds.acknowledgeToHub:
      return { type: 'acknowledge', job: reader.number(), seq: reader.number(), attempt: reader.number() };
    case kinds.acknowledgeToWorker:
      return { type: 'acknowledge', jobId: reader.text(), seq: reader.number(), attempt: reader.number() };
    default:
      throw new RangeError(`unknown kind of message ${kind}`);
  }
}

function laidOf(message: object): Laid | undefined {
  // What is sent is one of ours; an observer's messages have other types.
  const known = message as LeaderToHub | HubToLeader | WorkerToHub | HubToWorker;
  switch (known.type) {
    case 'batch':
    case 'assign':
    case 'acknowledge':
      return known;
    case 'result':
      return known.result.failures.length === 0 ? known : undefined;
    default:
      return undefined;
  }
}

function idLength(message: Laid): number {
  return 'jobId' in message ? message.jobId.length : 'workerId' in message ? message.workerId.length : 0;
}

function payloadBytes(message: Laid): number {
  switch (message.type) {
    case 'acknowledge':
      return 0;
    case 'result':
      return message.result.payload.byteLength;
    default:
      return message.batch.payload.byteLength;
  }
}

function writeLaid(writer: Writer, message: Laid): void {
  if (message.type === 'batch') {
    writer.byte(kinds.batch);
    writer.number(message.job);
    writeBatch(writer, message.batch);
  } else if (message.type === 'assign') {
    writer.byte(kinds.assign);
    writer.text(message.jobId);
    writer.number(message.ticket);
    writeBatch(writer, message.batch);
  } else if (message.type === 'acknowledge') {
    if ('jobId' in message) {
      writer.byte(kinds.acknowledgeToWorker);
      writer.text(message.jobId);
    } else {
      writer.byte(kinds.acknowledgeToHub);
      writer.number(message.job);
    }
    writer.number(message.seq);
    writer.number(message.attempt);
  } else if ('jobId' in message) {
    writer.byte(kinds.resultToHub);
    writer.text(message.jobId);
    writeResult(writer, message.result);
  } else {
    writer.byte(kinds.resultToLeader);
    writer.number(message.job);
    writer.text(message.workerId);
    writeResult(writer, message.result);
  }
}

/** Bits of a batch. */
const partialsBit = 1;
const suspectBit = 2;
const aloneBit = 4;

function writeBatch(writer: Writer, { seq, attempt, first, count, units, suspect, alone, budgetMs, payload }: Batch): void {
  for (const value of [seq, attempt, first, count, budgetMs]) writer.number(value);
  writer.byte((units === 'partials' ? partialsBit : 0) + (suspect ? suspectBit : 0) + (alone ? aloneBit : 0));
  writer.bytes(payload);
}

function readBatch(reader: Reader): Batch {
  const seq = reader.number();
  const attempt = reader.number();
  const first = reader.number();
  const count = reader.number();
  const budgetMs = reader.number();
  const bits = reader.byte();
  if (bits > partialsBit + suspectBit + aloneBit) throw new RangeError(`unknown bits of a batch ${bits}`);
  const units = (bits & partialsBit) === 0 ? 'elements' : 'partials';
  const suspect = (bits & suspectBit) !== 0;
  const alone = (bits & aloneBit) !== 0;
  return { seq, attempt, first, count, units, suspect, alone, budgetMs, payload: reader.bytes() };
}

function writeResult(writer: Writer, { seq, attempt, done, elapsedMs, payload }: BatchResult): void {
  for (const value of [seq, attempt, done, elapsedMs]) writer.number(value);
  writer.bytes(payload);
}

function readResult(reader: Reader): BatchResult {
  return {
    seq: reader.number(),
    attempt: reader.number(),
    done: reader.number(),
    failures: [],
    elapsedMs: reader.number(),
    payload: reader.bytes(),
  };
}

/** Stands in the JSON for a byte array, by its place among the attachments. */
const placeholder = '$bytes';

/** As `{"$bytes":0}` has. */
const leastPlaceholderBytes = 12;

const unreferred = 'a message has bytes that nothing refers to';

/** How deep a message may nest: far deeper than any does, and no danger to the stack. */
const deepest = 32;

/** A copy of the message with a placeholder for each byte array. */
function detach(value: unknown, attachments: Uint8Array[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return { [placeholder]: attachments.push(value) - 1 };
  if (Array.isArray(value)) return value.map((item) => detach(item, attachments));
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) copy[key] = detach(item, attachments);
  return copy;
}

/**
 * Puts the byte arrays into a parsed message, each in one place: what would be passed on as often as it is referred to could come to any size.
 */
function attach(value: unknown, attachments: readonly Uint8Array[], unused: Set<number>, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepest) throw new RangeError('a message nests too deep');
  if (Array.isArray(value)) {
    const list: unknown[] = value;
    for (let at = 0; at < list.length; at += 1) {
      const item = list[at];
      if (typeof item === 'object' && item !== null) list[at] = attach(item, attachments, unused, depth + 1);
    }
    return list;
  }
  if (Object.hasOwn(value, placeholder)) {
    const at = Number(Reflect.get(value, placeholder));
    const bytes = attachments[at];
    if (bytes === undefined || Object.keys(value).length > 1 || !unused.delete(at)) {
      throw new RangeError('a message refers to bytes that are not there, or more than once');
    }
    return bytes;
  }
  for (const [key, item] of Object.entries(value)) {
    if (typeof item === 'object' && item !== null) Reflect.set(value, key, attach(item, attachments, unused, depth + 1));
  }
  return value;
}
