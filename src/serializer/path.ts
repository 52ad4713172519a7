import { maxPathSteps } from './limits.js';

/** One step into a value: a property, an array index, or one that is already text, such as the entry of a Map. */
type Step = string | number | { readonly text: () => string };

const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/**
 * Where the walk through a value stands. It is written out only when something goes wrong there:
 * - `$.users[3].callback`, `$["a-b"]`: properties and items;
 * - `$.map.get("k")`: the value of a Map under a primitive key;
 * - `$.map[key 0]`, `$.map[value 0]`: the first key of a Map, and the value under a key that is an object;
 * - `$.set[item 0]`: the first item of a Set;
 * - `$.here{Point}.x`: a part of what the codec of class Point made of `$.here`.
 */
export class Path {
  private readonly steps: Step[] = [];

  get length(): number {
    return this.steps.length;
  }

  push(step: Step): void {
    this.steps.push(step);
  }

  pop(): void {
    this.steps.pop();
  }

  toString(): string {
    const { steps } = this;
    if (steps.length <= maxPathSteps) return `$${steps.map(written).join('')}`;
    const half = maxPathSteps / 2;
    const left = steps.length - maxPathSteps;
    return `$${steps.slice(0, half).map(written).join('')}…(${left} more)…${steps.slice(-half).map(written).join('')}`;
  }
}

/** The step to the value in a Map under a key, at a place. */
export function mapValueStep(key: unknown, place: number): Step {
  return {
    text: () => {
      if (typeof key === 'string') return `.get(${JSON.stringify(key)})`;
      if (typeof key === 'bigint') return `.get(${key}n)`;
      return Object(key) === key || typeof key === 'symbol' ? `[value ${place}]` : `.get(${String(key)})`;
    },
  };
}

function written(step: Step): string {
  if (typeof step === 'number') return `[${step}]`;
  if (typeof step === 'string') return identifier.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  return step.text();
}
