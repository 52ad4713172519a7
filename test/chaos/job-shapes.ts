import { from, map, mergeMap, range, type Observable } from 'rxjs';
import { remoteFold, remoteMap, type Runtime } from 'paladin-rx';
import type { Random } from '../simulation/random.js';
import { blockOf, indexOfInverted } from './blocks.js';
import { concatenate, hesitate, invert, linger, spell, triple } from './operations.js';

/** A job whose result is known beforehand. */
export interface JobShape {
  readonly name: string;
  readonly elements: number;
  readonly ordered: boolean;
  /** Emits the index of each element as it arrives; NaN for a value that is none of those expected. */
  indices(runtime: Runtime): Observable<number>;
}

/** One job of each shape. */
export function jobShapes(random: Random): JobShape[] {
  return [tiny(30_000), slow(40, random), sized(30, random), folded(20_000), hesitating(600), unordered(2_000, random)];
}

function tiny(elements: number): JobShape {
  return {
    name: 'tiny',
    elements,
    ordered: true,
    indices: (runtime) =>
      range(0, elements).pipe(
        remoteMap(triple, runtime),
        map((n) => n / 3),
      ),
  };
}

function slow(elements: number, random: Random): JobShape {
  const durations = Array.from({ length: elements }, (_, index) => ({ index, ms: random.int(50, 300) }));
  return { name: 'slow', elements, ordered: true, indices: (runtime) => from(durations).pipe(remoteMap(linger, runtime)) };
}

function sized(elements: number, random: Random): JobShape {
  const sizes = Array.from({ length: elements }, () => random.int(1, 512) * 1_024);
  return blocks('sized', sizes);
}

/** Values of 8 MB among small ones. */
export function large(labels: readonly string[]): JobShape {
  const megabyte = 1_000_000;
  return blocks('large', [1_000, 8 * megabyte, 1_000, megabyte, 1_000], labels);
}

function blocks(name: string, sizes: readonly number[], labels: readonly string[] = []): JobShape {
  return {
    name,
    elements: sizes.length,
    ordered: true,
    indices: (runtime) =>
      from(sizes).pipe(
        map((bytes, index) => blockOf(index, bytes)),
        remoteMap(invert, runtime, { labels }),
        map((block) => indexOfInverted(block, (index) => sizes[index] ?? NaN)),
      ),
  };
}

function folded(elements: number): JobShape {
  return {
    name: 'folded',
    elements,
    ordered: true,
    indices: (runtime) =>
      range(0, elements).pipe(
        remoteMap(spell, runtime),
        remoteFold(concatenate, runtime),
        mergeMap((text) => text.trimEnd().split(' ').map(Number)),
      ),
  };
}

function hesitating(elements: number): JobShape {
  return {
    name: 'hesitating',
    elements,
    ordered: true,
    indices: (runtime) => range(0, elements).pipe(remoteMap(hesitate, runtime)),
  };
}

function unordered(elements: number, random: Random): JobShape {
  const durations = Array.from({ length: elements }, (_, index) => ({ index, ms: random.int(0, 2) }));
  return {
    name: 'unordered',
    elements,
    ordered: false,
    indices: (runtime) => from(durations).pipe(remoteMap(linger, runtime, { ordered: false })),
  };
}
