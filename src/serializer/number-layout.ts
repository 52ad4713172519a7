/**
 * The layout of a batch of nothing but numbers: the bytes of the narrowest typed array that holds them exactly, little-endian.
 *
 * Byte 0 is the layout (below). Where numbers have one byte or two, bytes 4 to 7 are the base: a 32-bit integer that is added to
 * each. So integers near each other, like those of a range, take one byte or two, however large they are. This is called "frame
 * of reference" (Goldstein, Ramakrishnan and Shaft, Compressing Relations and Indexes, 1998). All other bytes up to the eighth
 * are zero, and nobody looks at them. They are there so that the numbers behind them are aligned. To pack and unpack small
 * integers takes a tenth of msgpackr's time.
 */

type NumberArray = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

const headerBytes = 8;
const baseAt = 4;

const widths = [
  {
    layout: 0x14,
    bytes: 1,
    view: (buffer: ArrayBuffer, at: number, count: number): NumberArray => new Uint8Array(buffer, at, count),
  },
  {
    layout: 0x15,
    bytes: 2,
    view: (buffer: ArrayBuffer, at: number, count: number): NumberArray => new Uint16Array(buffer, at, count),
  },
  {
    layout: 0x12,
    bytes: 4,
    view: (buffer: ArrayBuffer, at: number, count: number): NumberArray => new Int32Array(buffer, at, count),
  },
  {
    layout: 0x13,
    bytes: 8,
    view: (buffer: ArrayBuffer, at: number, count: number): NumberArray => new Float64Array(buffer, at, count),
  },
] as const;

type Width = (typeof widths)[number];

const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** @returns the bytes, or undefined when there is something that is not a number (or the machine is big-endian) */
export function encodeNumbers(values: readonly unknown[]): Uint8Array<ArrayBuffer> | undefined {
  if (!littleEndian) return undefined;
  const fit = fitOf(values);
  if (fit === undefined) return undefined;
  const { width, base } = fit;
  const bytes = new Uint8Array(headerBytes + width.bytes * values.length);
  bytes[0] = width.layout;
  const numbers = width.view(bytes.buffer, headerBytes, values.length);
  // fitOf has seen that all are numbers.
  const from = values as readonly number[];
  if (base === 0) numbers.set(from);
  else {
    new Int32Array(bytes.buffer, baseAt, 1)[0] = base;
    // The index is below the length of both.
    for (let at = 0; at < from.length; at++) numbers[at] = (from[at] as number) - base;
  }
  return bytes;
}

/** @returns the numbers, or undefined when the layout byte is none of this module's */
export function decodeNumbers(bytes: Uint8Array): number[] | undefined {
  const width = widths.find(({ layout }) => layout === bytes[0]);
  if (width === undefined) return undefined;
  const count = (bytes.length - headerBytes) / width.bytes;
  if (!Number.isInteger(count) || count < 0) throw new Error('a number batch is cut off');
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const base = width.bytes <= 2 ? view.getInt32(baseAt, true) : 0;
  const numbers: number[] = new Array<number>(count);
  if (!littleEndian) {
    for (let at = 0; at < count; at++) numbers[at] = readLittleEndian(view, headerBytes + at * width.bytes, base, width);
    return numbers;
  }
  const aligned =
    bytes.buffer instanceof ArrayBuffer && bytes.byteOffset % 8 === 0
      ? width.view(bytes.buffer, bytes.byteOffset + headerBytes, count)
      : width.view(new Uint8Array(bytes.subarray(headerBytes)).buffer, 0, count);
  // Plain loops are many times faster than Array.from. The index is below the length of both.
  if (base === 0) for (let at = 0; at < count; at++) numbers[at] = aligned[at] as number;
  else for (let at = 0; at < count; at++) numbers[at] = base + (aligned[at] as number);
  return numbers;
}

function readLittleEndian(view: DataView, at: number, base: number, width: Width): number {
  switch (width.bytes) {
    case 1:
      return base + view.getUint8(at);
    case 2:
      return base + view.getUint16(at, true);
    case 4:
      return view.getInt32(at, true);
    case 8:
      return view.getFloat64(at, true);
  }
}

/**
 * The narrowest width that the numbers fit into, and the base that is taken off each for that. It is undefined where not all are
 * numbers.
 */
function fitOf(values: readonly unknown[]): { readonly width: Width; readonly base: number } | undefined {
  let least = 0x7fff_ffff;
  let most = -0x8000_0000;
  for (let at = 0; at < values.length; at++) {
    const value = values[at];
    if (typeof value !== 'number') return undefined;
    if ((value | 0) !== value || Object.is(value, -0)) {
      while (++at < values.length) if (typeof values[at] !== 'number') return undefined;
      return { width: widths[3], base: 0 };
    }
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const range = most - least;
  if (range < 0x100) return { width: widths[0], base: least };
  return range < 0x1_0000 ? { width: widths[1], base: least } : { width: widths[2], base: 0 };
}
