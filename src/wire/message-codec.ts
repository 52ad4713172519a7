/**
 * Messages as bytes.
 *
 * Messages that come once for each batch or job have a layout of their own (`batch-layout.ts`, `job-layout.ts`). These are
 * `batch`, `assign`, `acknowledge`, a `result` without failures, the first `open`, `job` and `close`. All others are JSON, with
 * their byte arrays behind it. Payloads are copied once when they are written, and read as views. Nobody looks into them.
 */
import type { HubToLeader, HubToWorker, LeaderToHub, WorkerToHub } from '../protocol/messages.js';
import { carriedBytes, moveBytes } from '../protocol/batch-bytes.js';
import { ownBytes } from './own-bytes.js';
import { mostUtf8Bytes, Reader, Writer } from './byte-io.js';
import { LimitError } from './shape.js';
import { utf8, utf8Of } from './utf8.js';
import { mostLayoutBytes, readBatch, readResult, writeBatch, writeResult } from './batch-layout.js';
import { allocate } from './frame-memory.js';
import {
  mostDescriptionBytes,
  mostOpenBytes,
  readDescription,
  readName,
  readOpen,
  readOutcome,
  writeDescription,
  writeOpen,
  writeOutcome,
} from './job-layout.js';

/** The messages with a layout of their own. */
type Laid =
  | Extract<LeaderToHub, { type: 'open' | 'batch' | 'acknowledge' | 'close' }>
  | Extract<HubToWorker, { type: 'job' | 'assign' | 'acknowledge' | 'close' }>
  | Extract<HubToLeader | WorkerToHub, { type: 'result' }>;

/** A message that is to be encoded, and what is known of it before. */
export type Outgoing =
  | { readonly laid: Laid; readonly mostBytes: number }
  | {
      readonly laid: undefined;
      /** The JSON as text, or as its bytes. */
      readonly json: string | Uint8Array;
      readonly attachments: readonly Uint8Array[];
      readonly mostBytes: number;
    };

/** The first byte of a message. */
const kinds = {
  json: 0,
  batch: 1,
  assign: 2,
  resultToHub: 3,
  resultToLeader: 4,
  acknowledgeToHub: 5,
  acknowledgeToWorker: 6,
  open: 7,
  job: 8,
  closeToHub: 9,
  closeToWorker: 10,
} as const;

/** Finds out how many bytes the message takes. */
export function outgoing(message: object): Outgoing {
  const laid = laidOf(message);
  if (laid !== undefined) return { laid, mostBytes: mostLaidBytes(laid) };
  const known = prepared.get(message);
  if (known !== undefined) return known;
  const { json, attachments } = jsonOf(message);
  return withJson(json, attachments);
}

/** Messages that go to several peers, as the bytes of their JSON. */
const prepared = new WeakMap<object, Outgoing>();

/**
 * Makes the JSON of a message and its bytes now, and not again for each peer that it is sent to. The message must have no layout
 * of its own.
 */
export function encodedOnce(message: object): void {
  const { json, attachments } = jsonOf(message);
  prepared.set(message, withJson(utf8Of(json), attachments));
}

function jsonOf(message: object): { readonly json: string; readonly attachments: readonly Uint8Array[] } {
  const attachments: Uint8Array[] = [];
  // Most messages have no byte arrays. To copy a message takes longer than all the rest.
  const detached = carriesBytes(message) ? detach(message, attachments) : message;
  return { json: JSON.stringify(detached), attachments };
}

function withJson(json: string | Uint8Array, attachments: readonly Uint8Array[]): Outgoing {
  const mostJsonBytes = typeof json === 'string' ? mostUtf8Bytes * json.length : json.byteLength;
  const bytes = attachments.reduce((sum, { byteLength }) => sum + 4 + byteLength, 0);
  return { laid: undefined, json, attachments, mostBytes: mostLayoutBytes + mostJsonBytes + bytes };
}

/** The message, with bytes of its own where it would keep much else that came in with them. */
export function withOwnBytes(message: Outgoing): Outgoing {
  const { laid } = message;
  if (laid === undefined) return { ...message, attachments: message.attachments.map(ownBytes) };
  if (laid.type === 'result') {
    const result = { ...laid.result, payload: ownBytes(laid.result.payload) };
    return { ...message, laid: { ...laid, result } };
  }
  if (laid.type === 'assign') {
    const batch = { ...laid.batch };
    moveBytes(batch, ownBytes);
    return { ...message, laid: { ...laid, batch } };
  }
  return message;
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

/** Messages as they are taken out of a frame, with their byte arrays as views on it. */
export class MessageReader {
  readonly #reader: Reader;
  readonly #maxJsonBytes: number;

  /**
   * @param maxJsonBytes the most bytes of JSON that a message may have. Hubs bound it, because they do nothing else while they
   *   parse it.
   */
  constructor(bytes: Uint8Array, maxJsonBytes: number = Infinity) {
    this.#reader = new Reader(bytes);
    this.#maxJsonBytes = maxJsonBytes;
  }

  get atEnd(): boolean {
    return this.#reader.atEnd;
  }

  /** @throws an Error when what comes next is no message */
  next(): unknown {
    return readMessage(this.#reader, this.#maxJsonBytes);
  }
}

/**
 * The one message.
 *
 * @throws an Error when it is none
 */
export function decodeMessage(bytes: Uint8Array, maxJsonBytes?: number): unknown {
  const reader = new Reader(bytes);
  const message = readMessage(reader, maxJsonBytes);
  if (!reader.atEnd) throw new RangeError('more than one message');
  return message;
}

/** All of the messages. It throws an Error when they are none. */
export function decodeMessages(bytes: unknown): unknown[] {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('expected messages');
  const messages: unknown[] = [];
  for (const reader = new MessageReader(bytes); !reader.atEnd;) messages.push(reader.next());
  return messages;
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
  if (typeof json === 'string') writer.text(json);
  else writer.bytes(json);
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
      // There could be millions of empty ones.
      if (!(count >= 0 && count <= text.byteLength / leastPlaceholderBytes)) throw new RangeError(unreferred);
      while (attachments.length < count) attachments.push(reader.bytes());
      // Then a placeholder stays as it is: an object that the parser refuses.
      if (attachments.length === 0) return json;
      const unused = new Set(attachments.keys());
      const message = attach(json, attachments, unused);
      if (unused.size > 0) throw new RangeError(unreferred);
      return message;
    }
    case kinds.batch:
      return { type: 'batch', job: reader.number(), batch: readBatch(reader) };
    case kinds.assign:
      return { type: 'assign', jobId: readName(reader), ticket: reader.number(), batch: readBatch(reader) };
    case kinds.resultToHub:
      return { type: 'result', jobId: readName(reader), result: readResult(reader) };
    case kinds.resultToLeader:
      return { type: 'result', job: reader.number(), workerId: readName(reader), result: readResult(reader) };
    case kinds.acknowledgeToHub:
      return { type: 'acknowledge', job: reader.number(), seq: reader.number(), attempt: reader.number() };
    case kinds.acknowledgeToWorker:
      return { type: 'acknowledge', jobId: readName(reader), seq: reader.number(), attempt: reader.number() };
    case kinds.open:
      return readOpen(reader);
    case kinds.job:
      return { type: 'job', jobId: readName(reader), description: readDescription(reader) };
    case kinds.closeToHub:
      return { type: 'close', job: reader.number(), ...readOutcome(reader) };
    case kinds.closeToWorker:
      return { type: 'close', jobId: readName(reader) };
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
    case 'job':
    case 'close':
      return known;
    case 'open':
      return known.resumed === undefined && known.more === undefined ? known : undefined;
    case 'result':
      return known.result.failures.length === 0 ? known : undefined;
    default:
      return undefined;
  }
}

function mostLaidBytes(message: Laid): number {
  const id = 'jobId' in message ? message.jobId : 'workerId' in message ? message.workerId : '';
  const bytes = mostLayoutBytes + mostUtf8Bytes * id.length;
  switch (message.type) {
    case 'batch':
    case 'assign':
      return bytes + carriedBytes(message.batch);
    case 'result':
      return bytes + message.result.payload.byteLength;
    case 'open':
      return bytes + mostOpenBytes(message);
    case 'job':
      return bytes + mostDescriptionBytes(message.description);
    default:
      return bytes;
  }
}

function writeLaid(writer: Writer, message: Laid): void {
  switch (message.type) {
    case 'batch':
      writer.byte(kinds.batch);
      writer.number(message.job);
      writeBatch(writer, message.batch);
      break;
    case 'assign':
      writer.byte(kinds.assign);
      writer.text(message.jobId);
      writer.number(message.ticket);
      writeBatch(writer, message.batch);
      break;
    case 'acknowledge':
      writeJob(writer, message, kinds.acknowledgeToHub, kinds.acknowledgeToWorker);
      writer.number(message.seq);
      writer.number(message.attempt);
      break;
    case 'result':
      writeJob(writer, message, kinds.resultToLeader, kinds.resultToHub);
      if ('workerId' in message) writer.text(message.workerId);
      writeResult(writer, message.result);
      break;
    case 'open':
      writer.byte(kinds.open);
      writeOpen(writer, message);
      break;
    case 'job':
      writer.byte(kinds.job);
      writer.text(message.jobId);
      writeDescription(writer, message.description);
      break;
    case 'close':
      writeJob(writer, message, kinds.closeToHub, kinds.closeToWorker);
      if ('job' in message) writeOutcome(writer, message.outcome);
      break;
  }
}

/** Leader and hub call a job by its number. Hub and worker call it by its id. The kind of the message tells which. */
function writeJob(
  writer: Writer,
  message: { readonly job: number } | { readonly jobId: string },
  kindWithLeader: number,
  kindWithWorker: number,
): void {
  if ('job' in message) {
    writer.byte(kindWithLeader);
    writer.number(message.job);
  } else {
    writer.byte(kindWithWorker);
    writer.text(message.jobId);
  }
}

/** Stands in the JSON for a byte array, by its place among the attachments. */
const placeholder = '$bytes';

/** The length of `{"$bytes":0}`. */
const leastPlaceholderBytes = 12;

const unreferred = 'a message has bytes that nothing refers to';

/** How deep a message may nest. No message of ours is nearly as deep, and the stack can take it. */
const deepest = 32;

function carriesBytes(value: object): boolean {
  if (value instanceof Uint8Array) return true;
  for (const item of Object.values(value) as unknown[]) {
    if (typeof item === 'object' && item !== null && carriesBytes(item)) return true;
  }
  return false;
}

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
 * Puts the byte arrays into a parsed message. Each goes into one place only: a message that refers to one array many times could
 * become any size.
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
