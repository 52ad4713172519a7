import { InvalidArgumentError, Option } from 'commander';

/** An option with its environment variable: `--leader-token` is `PALADIN_LEADER_TOKEN`. */
export function option(flags: string, description: string): Option {
  const name = /--([a-z-]+)/u.exec(flags)?.[1] ?? flags;
  const variable = `PALADIN_${name.toUpperCase().replaceAll('-', '_')}`;
  if (!flags.includes('<')) heedValue(variable);
  return new Option(flags, description).env(variable);
}

/** Heeds the value of a variable for a flag. commander would take any value as a flag that is set. */
function heedValue(variable: string): void {
  const value = process.env[variable];
  if (value === undefined || value === '1' || value === 'true') return;
  if (value !== '' && value !== '0' && value !== 'false') {
    console.error(`error: expected ${variable} to be true or false, got '${value}'`);
    process.exit(1);
  }
  Reflect.deleteProperty(process.env, variable);
}

/** An option that is called like the limit: `maxConnections` is `--max-connections`. */
export function limitOption(name: string, description: string): Option {
  return option(`--${name.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)} <number>`, description);
}

/** Where the hub is. */
export function hubOption(): Option {
  return option('--hub <url>', 'where the hub listens').default('http://127.0.0.1:7400');
}

/**
 * The options for the token that a peer shows to the hub: as text, or in a file. Other users of the machine do not see a file.
 */
export function tokenOptions(): readonly [Option, Option] {
  return [
    option('--token <secret>', 'the token that the hub asks for'),
    option('--token-file <path>', 'a file with that token; read again at each connection'),
  ];
}

/** Parses a whole number. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  };
}

/**
 * Parses names separated by commas.
 *
 * @param before those that the flag has had before: it may be given several times
 */
export function names(text: string, before: readonly string[] = []): string[] {
  const given = text.split(',').map((name) => name.trim());
  return [...before, ...given.filter((name) => name !== '')];
}
