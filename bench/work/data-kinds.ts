/** A kind of elements that the no-op map passes. */
export interface DataKind {
  readonly name: string;
  /** The element at an index; no two are equal. */
  readonly element: (index: number) => unknown;
  /** Whether the value is that element. */
  readonly isElement: (value: unknown, index: number) => boolean;
  /** Whether JSON carries it as what it is. */
  readonly isJson: boolean;
}

export const numbers: DataKind = {
  name: 'small numbers',
  element: (index) => index,
  isElement: (value, index) => value === index,
  isJson: true,
};

interface Item {
  readonly id: number;
  readonly name: string;
  readonly ok: boolean;
}

export const objects: DataKind = {
  name: 'small objects',
  element: (index): Item => ({ id: index, name: `name ${index}`, ok: index % 2 === 0 }),
  isElement: (value, index) => {
    // It was sent as one; whatever else it has become shows below.
    const { id, name, ok } = value as Item;
    return id === index && name === `name ${index}` && ok === (index % 2 === 0);
  },
  isJson: true,
};

const padding = 'x'.repeat(1_016);
const text = (index: number): string => `${String(index).padStart(8, '0')}${padding}`;

export const strings: DataKind = {
  name: '1 KiB strings',
  element: text,
  isElement: (value, index) => value === text(index),
  isJson: true,
};

const floats = 1_000;

export const floatArrays: DataKind = {
  name: 'Float64Array(1000)',
  element: (index) => new Float64Array(floats).fill(index + 0.5),
  isElement: (value, index) =>
    value instanceof Float64Array && value.length === floats && value.every((float) => float === index + 0.5),
  isJson: false,
};

export const dataKinds: readonly DataKind[] = [numbers, objects, strings, floatArrays];

/** @throws an Error when the value is not the element at the index */
export function check(kind: DataKind, value: unknown, index: number): void {
  if (!kind.isElement(value, index)) throw new Error(`expected element ${index} of ${kind.name}, got ${String(value)}`);
}

/** @throws an Error when there were more or fewer results than elements */
export function checkCount(results: number, elements: number): void {
  if (results !== elements) throw new Error(`expected ${elements} results, got ${results}`);
}

/** The first so many elements. */
export function* elementsOf({ element }: DataKind, count: number): Generator {
  for (let index = 0; index < count; index += 1) yield element(index);
}
