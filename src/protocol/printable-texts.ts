import { printable } from './printable.js';

/** The same, with all texts in its fields made printable, also those in lists: a peer may have put anything into them. */
export function printableTexts<Told extends object>(told: Told): Told {
  const fields = Object.entries(told).map(([name, value]: [string, unknown]) => [name, shown(value)]);
  // Each field has the type that it had.
  return Object.fromEntries(fields) as Told;
}

function shown(value: unknown): unknown {
  if (typeof value === 'string') return printable(value);
  return Array.isArray(value) ? value.map(shown) : value;
}
