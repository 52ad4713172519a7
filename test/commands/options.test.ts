import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { names, option } from '../../server/command/options.js';

describe('a flag with names', () => {
  const given = (...args: string[]): unknown =>
    new Command()
      .addOption(option('--origins <list>', 'web origins').argParser(names).default([], 'none'))
      .parse(args, { from: 'user' })
      .opts()['origins'];

  it('has them by commas', () => {
    expect(given('--origins', 'a, b,,c')).toEqual(['a', 'b', 'c']);
    expect(given()).toEqual([]);
  });

  it('may be given several times, and keeps all', () => {
    expect(given('--origins', 'a', '--origins', 'b,c')).toEqual(['a', 'b', 'c']);
  });
});
