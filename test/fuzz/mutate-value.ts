import type { Random } from '../simulation/random.js';
import { mutateBytes, randomBytes } from './mutate-bytes.js';

/** A value that is to be changed, or the holder of one, and how to put another in its place. */
interface Place {
  readonly value: unknown;
  readonly set: (value: unknown) => void;
  /** Absent for the value itself. */
  readonly drop?: () => void;
}

/** Keys that objects have without being given them. */
const inheritedKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'toJSON',
  'then',
  '$bytes',
];

const extremeNumbers = [-1, 0, 0.5, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53), 1e308, -1e308, 5e-324, NaN, Infinity, -Infinity];

/** Of every type there is, and of none of the right ones. */
const strangers = (random: Random): readonly unknown[] => [
  null,
  true,
  '',
  'x'.repeat(random.pick([1, 300, 301, 4_001, 70_000])),
  '\u0000\ud800\uffff',
  [],
  {},
  [[]],
  [null],
  { length: 1e9 },
  { $bytes: random.pick<unknown>([0, -1, 1e9, 'length', '__proto__', null]) },
  random.pick(extremeNumbers),
  randomBytes(random, random.pick([0, 1, 1_000])),
  nest(random.pick([20, 40, 1_000])),
  Array.from({ length: random.pick([10, 10_001, 30_000]) }, (_, at) => at),
];

const mutations: readonly ((place: Place, random: Random) => void)[] = [
  function drop(place) {
    (place.drop ?? (() => place.set(undefined)))();
  },
  function retype(place, random) {
    place.set(random.pick(strangers(random)));
  },
  function exaggerate(place, random) {
    const { value } = place;
    if (typeof value === 'number') place.set(random.pick(extremeNumbers));
    else if (typeof value === 'string') place.set(random.pick(['', `${value}${value}`, value.repeat(400), value.toUpperCase()]));
    else if (value instanceof Uint8Array) place.set(mutateBytes(value, random));
    else if (Array.isArray(value)) place.set(value.length === 0 ? [null] : new Array(random.pick([0, 2, 5_000])).fill(value[0]));
    else place.set(random.pick(strangers(random)));
  },
  function nudge(place, random) {
    const { value } = place;
    place.set(typeof value === 'number' ? value + random.pick([-1, 1, 2, 1_000]) : value === true ? false : String(value));
  },
  function addField({ value, set }, random) {
    const key = random.chance(0.6) ? random.pick(inheritedKeys) : `x${random.int(0, 99)}`;
    const holder = typeof value === 'object' && value !== null && !(value instanceof Uint8Array) ? value : {};
    // By definition, so that `__proto__` becomes a key like others.
    Object.defineProperty(holder, key, {
      value: random.pick<unknown>([1, 'polluted', { polluted: true }, null, []]),
      enumerable: true,
      configurable: true,
      writable: true,
    });
    set(holder);
  },
];

/** A deep copy of a message with one thing wrong with it, most of the time; the same for the same random numbers. */
export function mutateValue(value: unknown, random: Random): unknown {
  const root = { value: structuredClone(value) };
  const places: Place[] = [
    {
      value: root.value,
      set: (changed) => {
        root.value = changed;
      },
    },
  ];
  collect(root.value, places);
  // The whole of it is worth less than what is in it.
  const place = places.length > 1 && random.chance(0.9) ? places[random.int(1, places.length - 1)] : places[0];
  if (place !== undefined) random.pick(mutations)(place, random);
  return root.value;
}

function collect(holder: unknown, places: Place[]): void {
  if (typeof holder !== 'object' || holder === null || holder instanceof Uint8Array) return;
  for (const key of Object.keys(holder)) {
    const value: unknown = Reflect.get(holder, key);
    places.push({
      value,
      set: (changed) => {
        Reflect.set(holder, key, changed);
      },
      drop: () => {
        Reflect.deleteProperty(holder, key);
      },
    });
    collect(value, places);
  }
}

function nest(depth: number): unknown {
  let nested: unknown = [];
  for (let level = 1; level < depth; level += 1) nested = level % 2 === 0 ? [nested] : { a: nested };
  return nested;
}
