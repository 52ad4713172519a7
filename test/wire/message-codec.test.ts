import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeMessages,
  encodeMessages,
  mostBytesOf,
  encodedOnce,
  outgoing,
  withOwnBytes,
  decodeMessage,
  MessageReader,
} from '../../src/wire/message-codec.js';
import { LimitError } from '../../src/wire/shape.js';
import { batchOf, resultOf } from '../server/scheduler-harness.js';

const bytes = fc.uint8Array({ maxLength: 50 });
const value = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    bytes,
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(
      fc.string().filter((key) => key !== '$bytes' && key !== '__proto__'),
      tie('node'),
      { maxKeys: 4 },
    ),
  ),
})).node;

// Failures make JSON of a result, which has neither -0 nor infinities.
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const id = fc.string({ unit: 'grapheme' });
const batch = fc.record(
  {
    seq: number,
    attempt: number,
    first: number,
    count: number,
    units: fc.constantFrom('elements', 'partials'),
    suspect: fc.boolean(),
    alone: fc.boolean(),
    budgetMs: number,
    tried: number,
    origin: number,
    parts: bytes,
    unreached: bytes,
    headers: bytes,
    payload: bytes,
  },
  { requiredKeys: ['seq', 'attempt', 'first', 'count', 'units', 'suspect', 'alone', 'budgetMs', 'payload'] },
);
const failures = fc.oneof(
  fc.constant([]),
  fc.array(fc.record({ offset: fc.nat(), error: bytes }), { minLength: 1, maxLength: 3 }),
);
const result = fc.record({ seq: number, attempt: number, done: number, failures, elapsedMs: number, payload: bytes });
const stage = fc.record(
  { kind: fc.constantFrom('map', 'fold'), operation: id, version: number, args: bytes, timeoutMs: number },
  { requiredKeys: ['kind', 'operation', 'version'] },
);
const description = fc.record(
  { stages: fc.array(stage, { maxLength: 3 }), serializer: id, part: fc.record({ of: number, from: number }), headers: bytes },
  { requiredKeys: ['stages', 'serializer'] },
);
const open = {
  type: fc.constant('open'),
  job: number,
  secret: id,
  description,
  priority: number,
  labels: fc.array(id, { maxLength: 3 }),
  slots: number,
};
const outcome = fc.record(
  { how: fc.constantFrom('completed', 'cancelled', 'failed'), code: fc.constantFrom('CLOSED', 'RETRIES_EXHAUSTED') },
  { requiredKeys: ['how'] },
);
const message = fc.oneof(
  fc.record({ type: fc.constantFrom('underWay', 'lost', 'status'), value }),
  fc.record({ type: fc.constant('batch'), job: number, batch }),
  fc.record({ type: fc.constant('assign'), jobId: id, ticket: number, batch }),
  fc.record({ type: fc.constant('acknowledge'), jobId: id, seq: number, attempt: number }),
  fc.record({ type: fc.constant('acknowledge'), job: number, seq: number, attempt: number }),
  fc.record({ type: fc.constant('result'), jobId: id, result }),
  fc.record({ type: fc.constant('result'), job: number, workerId: id, result }),
  fc.record(open),
  // Opened again after a loss: JSON.
  fc.record({ ...open, resumed: fc.array(fc.record({ seq: fc.nat() })), more: fc.boolean() }),
  fc.record({ type: fc.constant('job'), jobId: id, description }),
  fc.record({ type: fc.constant('close'), job: number, outcome }, { requiredKeys: ['type', 'job'] }),
  fc.record({ type: fc.constant('close'), jobId: id }),
);

const mapStage = { kind: 'map', operation: '', version: 1 };
const opened = {
  type: 'open',
  job: 1,
  secret: '',
  description: { stages: [], serializer: '' },
  priority: 0,
  labels: [],
  slots: 0,
};

const encode = (...messages: readonly object[]): Uint8Array => encodeMessages(messages.map(outgoing));

describe('the message codec', () => {
  it.each([
    ['names', { type: 'close', jobId: 'x'.repeat(901) }, 'a text of more than 900 bytes'],
    ['labels', { ...opened, labels: Array.from({ length: 65 }, () => '') }, 'expected at most 64 labels'],
    [
      'stages',
      { ...opened, description: { serializer: '', stages: Array.from({ length: 1_001 }, () => mapStage) } },
      'expected at most 1000 stages',
    ],
  ])('does not read %s beyond what any has', (_, message, why) => {
    expect(() => decodeMessages(encode(message))).toThrow(why);
  });

  it('brings messages and their byte arrays back, whatever they are, in their order', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), (originals) => {
        const messages = originals.map(outgoing);
        const encoded = encodeMessages(messages);
        expect(encoded.byteLength).toBeLessThanOrEqual(mostBytesOf(messages));
        const comparable = (each: unknown): unknown =>
          typeof each === 'object' && each !== null && 'value' in each ? JSON.stringify(each, plain) : each;
        expect(decodeMessages(encoded).map(comparable)).toEqual(originals.map(comparable));
      }),
    );
  });

  it('reads byte arrays as views, and writes Buffers as bytes', () => {
    const encoded = encode({ type: 'batch', job: 1, batch: batchOf(0, { payload: Buffer.from([1, 2, 3]) }) });
    const [decoded] = decodeMessages(encoded) as [{ batch: { payload: Uint8Array } }];
    expect([...decoded.batch.payload]).toEqual([1, 2, 3]);
    expect(decoded.batch.payload.buffer).toBe(encoded.buffer);
  });

  it('makes of what goes to several peers the same, and its bytes once', () => {
    const message = { type: 'other', name: '\uFFFD'.repeat(1_000), bytes: new Uint8Array(3) };
    const encoded = encode(message);
    encodedOnce(message);
    expect(encode(message)).toEqual(encoded);
    // Text would be given three bytes for each unit, and be encoded for each peer.
    expect(outgoing(message)).toBe(outgoing(message));
    expect(outgoing(message)).toMatchObject({ json: expect.any(Uint8Array) as Uint8Array });
  });

  it('keeps nothing of the frame that a batch or a result came in, once it has bytes of its own', () => {
    const [parts, unreached, headers, payload] = [1, 2, 3, 4].map((byte) => new Uint8Array(4_000).fill(byte)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const batch = batchOf(0, { tried: 1, parts, unreached, headers, payload });
    const result = { seq: 0, attempt: 1, done: 1, failures: [], elapsedMs: 1, payload };
    const frame = encodeMessages(
      [
        { type: 'assign', jobId: 'l:1', ticket: 1, batch },
        { type: 'result', jobId: 'l:1', result },
        { type: 'other', payload: new Uint8Array(50_000) },
      ].map(outgoing),
    );
    const came = (decodeMessages(frame) as object[]).slice(0, 2);
    const own = came.map((message) => withOwnBytes(outgoing(message)));
    expect(decodeMessages(encodeMessages(own))).toEqual(came);
    const buffers = own.flatMap(({ laid }) => {
      if (laid?.type === 'assign') return [laid.batch.payload, laid.batch.parts, laid.batch.unreached, laid.batch.headers];
      return laid?.type === 'result' ? [laid.result.payload] : [];
    });
    expect(buffers.map((bytes) => bytes?.buffer.byteLength)).toEqual([4_000, 4_000, 4_000, 4_000, 4_000]);
  });

  it('refuses bytes that are referred to twice, or not at all, or by more than a reference', () => {
    const written = (json: string, attachments: number): Uint8Array => {
      const text = new TextEncoder().encode(json);
      const bytes = new Uint8Array(1 + 4 + text.byteLength + 8 + attachments * 5);
      const view = new DataView(bytes.buffer);
      view.setUint32(1, text.byteLength, true);
      bytes.set(text, 5);
      view.setFloat64(5 + text.byteLength, attachments, true);
      for (let at = 0; at < attachments; at += 1) view.setUint32(13 + text.byteLength + 5 * at, 1, true);
      return bytes;
    };
    expect(decodeMessages(written('[{"$bytes":1},{"$bytes":0}]', 2))).toEqual([[new Uint8Array(1), new Uint8Array(1)]]);
    expect(() => decodeMessages(written('[{"$bytes":0},{"$bytes":0}]', 1))).toThrow(/more than once/u);
    expect(() => decodeMessages(written('[{"$bytes":0,"x":1}]', 1))).toThrow(/not there/u);
    expect(() => decodeMessages(written('[{"$bytes":1}]', 1))).toThrow(/not there/u);
    expect(() => decodeMessages(written('[]', 1))).toThrow(/nothing refers to/u);
  });

  it('gives batches and results less room than their JSON would take', () => {
    const payload = new Uint8Array(100);
    for (const each of [
      { type: 'batch', job: 1, batch: batchOf(7, { payload }) },
      { type: 'result', jobId: 'leader:1', result: { ...resultOf(7), payload } },
    ]) {
      expect(encode(each).byteLength).toBeLessThan(JSON.stringify(each, plain).length);
    }
  });

  it('throws an error for bytes that are not messages, and does nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (garbage) => {
        try {
          decodeMessages(garbage);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
    const whole = encode({ type: 'result', job: 1, workerId: 'w', result: { ...resultOf(1), payload: new Uint8Array(9) } });
    for (let length = 1; length < whole.byteLength; length += 1) {
      expect(() => decodeMessages(whole.subarray(0, length)), `of ${length} bytes`).toThrow(RangeError);
    }
    expect(() => decodeMessages(Uint8Array.of(99))).toThrow('unknown kind of message 99');
    const refersTo = (text: string): Uint8Array => {
      const nothing = encode({ type: 'x' });
      const json = new TextEncoder().encode(text);
      const bytesOf = new Uint8Array(1 + 4 + json.byteLength + 8 + 4);
      bytesOf[0] = nothing[0] ?? 0;
      const view = new DataView(bytesOf.buffer);
      view.setUint32(1, json.byteLength, true);
      bytesOf.set(json, 5);
      // One byte array, of no bytes.
      view.setFloat64(5 + json.byteLength, 1, true);
      return bytesOf;
    };
    expect(decodeMessages(refersTo('{"a":{"$bytes":0}}'))).toEqual([{ a: new Uint8Array(0) }]);
    expect(() => decodeMessages(refersTo('{"a":{"$bytes":1}}'))).toThrow('bytes that are not there');
    expect(() => decodeMessages(refersTo('{"a":{"$bytes":"length"}}'))).toThrow('bytes that are not there');
    expect(() => decodeMessages(refersTo(`${'['.repeat(10_000)}${']'.repeat(10_000)}`))).toThrow('nests too deep');
  });

  it('refuses more byte arrays than its JSON can refer to, before it looks at them', () => {
    const json = '{"type":"x"}';
    const bytes = new Uint8Array(1 + 4 + json.length + 8 + 4 * 1_000_000);
    bytes.set(new TextEncoder().encode(json), 5);
    const view = new DataView(bytes.buffer);
    view.setUint32(1, json.length, true);
    for (const count of [2, 1_000_000, -1, NaN, Infinity]) {
      view.setFloat64(5 + json.length, count, true);
      expect(() => decodeMessages(bytes), `${count}`).toThrow('bytes that nothing refers to');
    }
  });

  it('holds a message to the JSON that it may have', () => {
    const [bytes, json] = [encode({ type: 'x', list: [1, 2, 3] }), '{"type":"x","list":[1,2,3]}'.length];
    expect(new MessageReader(bytes, json).next()).toEqual(decodeMessage(bytes, json));
    for (const decode of [() => new MessageReader(bytes, json - 1).next(), () => decodeMessage(bytes, json - 1)]) {
      expect(decode).toThrow(new LimitError(`a message with more than ${json - 1} bytes of JSON`));
    }
  });
});

/** Byte arrays as what they hold. */
function plain(_: string, each: unknown): unknown {
  return each instanceof Uint8Array ? { bytes: [...each] } : each;
}
