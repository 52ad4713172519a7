import type { JSX } from 'preact';
import { count } from '../format.js';

/** A field that leaves only the rows that have its words. */
export function Search({
  what,
  value,
  onChange,
}: {
  readonly what: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}): JSX.Element {
  return (
    <input
      class="search"
      type="search"
      placeholder={`Find ${what}`}
      aria-label={`Find ${what}`}
      value={value}
      onInput={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** Unfolds a list of which only the first rows are shown, and folds it again. */
export function More({
  shown,
  of,
  what,
  onMore,
}: {
  readonly shown: number;
  readonly of: number;
  readonly what: string;
  readonly onMore: () => void;
}): JSX.Element | null {
  const isOpen = shown > 25;
  if (shown === of && !isOpen) return null;
  return (
    <button class="more" type="button" aria-expanded={isOpen} onClick={onMore}>
      {isOpen ? `Show fewer ${what}` : `Show all ${count(of)} ${what}`}
    </button>
  );
}
