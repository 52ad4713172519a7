import { InvalidArgumentError, Option } from 'commander';

/** An option with its environment variable: `--leader-token` is `PALADIN_LEADER_TOKEN`. */
export function option(flags: string, description: string): Option {
  const name = /--([a-z-]+)/u.exec(flags)?.[1] ?? flags;
  return new Option(flags, description).env(`PALADIN_${name.toUpperCase().replaceAll('-', '_')}`);
}

/** Where the hub is. */
export function hubOption(): Option {
  return option('--hub <url>', 'where the hub listens').default('http://127.0.0.1:7400');
}

/** Parses a whole number. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  };
}

/** Parses names separated by commas. */
export function names(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
