import fc from 'fast-check';

const bytes = fc.uint8Array({ maxLength: 80 });

const leaf: fc.Arbitrary<unknown> = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.bigInt(),
  fc.boolean(),
  fc.string({ unit: 'binary' }),
  // Any UTF-16 units, lone surrogates among them.
  fc.array(fc.integer({ min: 0xd700, max: 0xe000 }), { maxLength: 6 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom<unknown>(
    null,
    undefined,
    -0,
    NaN,
    Infinity,
    -Infinity,
    '',
    '\ufeffmark',
    `\ufeff${'x'.repeat(100)}`,
    '[Circular]',
    '$',
  ),
  fc.date({ noInvalidDate: false }),
  fc.constantFrom(/a+/gi, /[\u{1f600}]/u, /\//).map((pattern) => new RegExp(pattern.source, pattern.flags)),
  fc.constantFrom(Error, TypeError, RangeError).map((type) => new type('no')),
  fc.string().map((message) => Object.assign(new Error(message, { cause: { message } }), { code: 'E', name: 'Mine' })),
  fc.constant(null).map(() => new AggregateError([new Error('a'), 1], 'many')),
  bytes,
  bytes.map((array) => Buffer.from(array)),
  bytes.map((array) => array.slice().buffer),
  bytes.map((array) => new DataView(array.slice().buffer)),
  fc.float64Array({ maxLength: 9 }),
  fc.float32Array({ maxLength: 9 }),
  fc.int16Array({ maxLength: 9 }),
  fc.uint8ClampedArray({ maxLength: 9 }),
  fc.bigInt64Array({ maxLength: 9 }),
  fc.bigUint64Array({ maxLength: 9 }),
);

const key: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '__proto__',
    '__keys__',
    'constructor',
    'hasOwnProperty',
    'toJSON',
    'toString',
    '$',
    'v',
    '',
    '0',
    '-1',
    '\ud800',
    'id',
    'name',
  ),
);

const { value: nested } = fc.letrec<{ value: unknown }>((tie) => {
  const value = tie('value');
  const record = fc.array(fc.tuple(key, value), { maxLength: 6 });
  const object = (prototype: object | null) => (entries: [string, unknown][]) => {
    const made: object = prototype === null ? (Object.create(null) as object) : {};
    for (const [name, content] of entries) {
      Object.defineProperty(made, name, { value: content, enumerable: true, writable: true, configurable: true });
    }
    return made;
  };
  return {
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.array(value, { maxLength: 6 }),
      record.map(object({})),
      record.map(object(null)),
      fc.array(fc.tuple(value, value), { maxLength: 5 }).map((entries) => new Map(entries)),
      fc.array(value, { maxLength: 5 }).map((items) => new Set(items)),
      fc.tuple(key, value).map(([kind, content]) => ({ $: kind, v: content })),
    ),
  };
});

/** Puts some of the objects in a value into others of them, so that there are cycles and shared references. */
function tie(value: unknown, picks: readonly number[]): unknown {
  const objects: object[] = [];
  const seen = new Set<unknown>();
  const visit = (inner: unknown): void => {
    if (typeof inner !== 'object' || inner === null || seen.has(inner)) return;
    seen.add(inner);
    objects.push(inner);
    if (ArrayBuffer.isView(inner)) return;
    if (inner instanceof Map || inner instanceof Set) for (const item of [...inner].flat()) visit(item);
    for (const name of Object.keys(inner)) visit(Object.getOwnPropertyDescriptor(inner, name)?.value);
  };
  visit(value);
  for (let at = 0; at + 1 < picks.length && objects.length > 0; at += 2) {
    const into = objects[(picks[at] ?? 0) % objects.length];
    const what = objects[(picks[at + 1] ?? 0) % objects.length];
    if (Array.isArray(into)) into.push(what);
    else if (into instanceof Map) into.set(what, what);
    else if (into instanceof Set) into.add(what);
    else if (into instanceof Error) into.cause = what;
    else if (into !== undefined && [Object.prototype, null].includes(Object.getPrototypeOf(into) as null)) {
      Reflect.set(into, 'tied', what);
    }
  }
  return value;
}

/** Anything that a serializer carries. */
export const carried: fc.Arbitrary<unknown> = fc
  .tuple(
    fc.oneof(
      nested,
      fc.anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withSet: true,
        withTypedArray: true,
        withNullPrototype: true,
        stringUnit: 'binary',
      }),
    ),
    fc.array(fc.nat(), { maxLength: 8 }),
  )
  .map(([value, picks]) => tie(value, picks));
