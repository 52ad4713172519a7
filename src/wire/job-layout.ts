/** The layouts of what opens a job, and of what describes it. */
import type { ErrorCode } from '../errors/paladin-error.js';
import { maxJobLabels, maxNameLength, maxStages } from '../limits.js';
import type { JobDescription, JobOutcome, LeaderToHub, StageDescription } from '../protocol/messages.js';
import { mostUtf8Bytes, type Reader, type Writer } from './byte-io.js';

type Open = Extract<LeaderToHub, { type: 'open' }>;

export function writeOpen(writer: Writer, { job, secret, description, priority, labels, slots }: Open): void {
  for (const value of [job, priority, slots, labels.length]) writer.number(value);
  writer.text(secret);
  for (const label of labels) writer.text(label);
  writeDescription(writer, description);
}

export function readOpen(reader: Reader): Open {
  const job = reader.number();
  const priority = reader.number();
  const slots = reader.number();
  const count = reader.number();
  const secret = readName(reader);
  const labels: string[] = [];
  if (!isCount(count, maxJobLabels)) throw new RangeError(`expected at most ${maxJobLabels} labels`);
  while (labels.length < count) labels.push(readName(reader));
  return { type: 'open', job, secret, description: readDescription(reader), priority, labels, slots };
}

/** By their bytes. The first one is of a job that has not ended. */
const outcomes = [undefined, 'completed', 'cancelled', 'failed'] as const;

/** How a job has ended: a byte, and a text of few characters behind it. */
export function writeOutcome(writer: Writer, outcome: JobOutcome | undefined): void {
  writer.byte(outcomes.indexOf(outcome?.how));
  writer.text(outcome?.code ?? '');
}

/** @returns what `parse` looks at: a code may be any text */
export function readOutcome(reader: Reader): { readonly outcome?: JobOutcome } {
  const byte = reader.byte();
  const code = readName(reader) as ErrorCode | '';
  const how = outcomes[byte];
  if (byte >= outcomes.length) throw new RangeError(`unknown end of a job ${byte}`);
  return how === undefined ? {} : { outcome: { how, ...(code !== '' && { code }) } };
}

/** Bits of a description. */
const partBit = 1;
const headersBit = 2;

/** Bits of a stage. */
const foldBit = 1;
const argsBit = 2;
const timeoutBit = 4;

/** More than what a stage has beside its operation and arguments. */
const mostStageBytes = 32;

export function writeDescription(writer: Writer, { stages, serializer, part, headers }: JobDescription): void {
  writer.text(serializer);
  writer.byte((part === undefined ? 0 : partBit) + (headers === undefined ? 0 : headersBit));
  if (part !== undefined) {
    writer.number(part.of);
    writer.number(part.from);
  }
  if (headers !== undefined) writer.bytes(headers);
  writer.number(stages.length);
  for (const { kind, operation, version, args, timeoutMs } of stages) {
    writer.byte(
      (kind === 'fold' ? foldBit : 0) + (args === undefined ? 0 : argsBit) + (timeoutMs === undefined ? 0 : timeoutBit),
    );
    writer.text(operation);
    writer.number(version);
    if (args !== undefined) writer.bytes(args);
    if (timeoutMs !== undefined) writer.number(timeoutMs);
  }
}

export function readDescription(reader: Reader): JobDescription {
  const serializer = readName(reader);
  const bits = reader.byte();
  if (bits > partBit + headersBit) throw new RangeError(`unknown bits of a job ${bits}`);
  const part = (bits & partBit) === 0 ? {} : { part: { of: reader.number(), from: reader.number() } };
  const headers = (bits & headersBit) === 0 ? {} : { headers: reader.bytes() };
  const count = reader.number();
  if (!isCount(count, maxStages)) throw new RangeError(`expected at most ${maxStages} stages`);
  const stages: StageDescription[] = [];
  while (stages.length < count) stages.push(readStage(reader));
  return { stages, serializer, ...part, ...headers };
}

function readStage(reader: Reader): StageDescription {
  const bits = reader.byte();
  if (bits > foldBit + argsBit + timeoutBit) throw new RangeError(`unknown bits of a stage ${bits}`);
  const kind = (bits & foldBit) === 0 ? 'map' : 'fold';
  const operation = readName(reader);
  const version = reader.number();
  const args = (bits & argsBit) === 0 ? {} : { args: reader.bytes() };
  const timeoutMs = (bits & timeoutBit) === 0 ? {} : { timeoutMs: reader.number() };
  return { kind, operation, version, ...args, ...timeoutMs };
}

/** The most bytes that a description takes. */
export function mostDescriptionBytes({ stages, serializer, headers }: JobDescription): number {
  let bytes = mostTextBytes(serializer) + 4 + (headers?.byteLength ?? 0);
  for (const { operation, args } of stages) bytes += mostTextBytes(operation) + mostStageBytes + (args?.byteLength ?? 0);
  return bytes;
}

function mostTextBytes(text: string): number {
  return mostUtf8Bytes * text.length + 4;
}

/** The most bytes that `open` takes, beside its numbers. */
export function mostOpenBytes({ description, secret, labels }: Open): number {
  let bytes = mostDescriptionBytes(description) + mostTextBytes(secret);
  for (const label of labels) bytes += mostTextBytes(label);
  return bytes;
}

/** Whether it is a number of items. Any other value would be read as none. */
function isCount(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= most;
}

/** Reads a name or id of bounded length. Longer ones would be refused later in any case, and would take long to read. */
export function readName(reader: Reader): string {
  return reader.text(mostUtf8Bytes * maxNameLength);
}
