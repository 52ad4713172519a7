import { describe, expect, it } from 'vitest';
import { ago, bound, brief, bytes, count, duration, percent, sentence, timeRange } from '../../src/page/format.js';

describe('numbers of the page', () => {
  it('are short, with three digits at the most', () => {
    expect([0, 7, 950, 999, 1_000, 1_204, 12_345, 999_499, 999_700, 3_400_000].map(brief)).toEqual([
      '0',
      '7',
      '950',
      '999',
      '1k',
      '1.2k',
      '12k',
      '999k',
      '1M',
      '3.4M',
    ]);
    expect([0, 512, 1_500, 90_000_000].map(bytes)).toEqual(['0 B', '512 B', '1.5 kB', '90 MB']);
    expect(count(4_112)).toBe('4,112');
  });

  it('say nothing and all only where it is so', () => {
    expect([0, 0.001, 0.254, 0.998, 1].map(percent)).toEqual(['0 %', '< 1 %', '25 %', '> 99 %', '100 %']);
  });
});

describe('times of the page', () => {
  it('have the two largest units', () => {
    const times = [0.4, 340, 999.6, 9_200, 42_000, 59_700, 250_000, 3_600_000, 7_500_000, 86_400_000 * 3 + 3_600_000 * 4];
    expect(times.map(duration)).toEqual([
      '0 ms',
      '340 ms',
      '1.0 s',
      '9.2 s',
      '42 s',
      '1 min',
      '4 min 10 s',
      '1 h',
      '2 h 5 min',
      '3 d 4 h',
    ]);
  });

  it('of a range have one unit', () => {
    expect(timeRange(95_000, 190_000)).toBe('2 to 3 min');
    expect(timeRange(4_000, 190_000)).toBe('up to 3 min');
    expect(timeRange(9_000, 12_000)).toBe('9 to 12 s');
    expect(timeRange(0, 10)).toBe('1 s');
    expect(timeRange(7_000_000, 20_000_000)).toBe('2 to 6 h');
    expect(timeRange(86_400_000 * 5, 86_400_000 * 9)).toBe('5 to 9 d');
  });

  it('that are past are words', () => {
    expect([-1, 0, 1, 9, 60, 125, 600].map(ago)).toEqual([
      'now',
      'now',
      '1 second ago',
      '9 seconds ago',
      '1 minute ago',
      '2 minutes 5 seconds ago',
      '10 minutes ago',
    ]);
  });

  it('bound buckets', () => {
    expect([0.0005, 0.0025, 0.25, 1, 2.5, 60, 90].map(bound)).toEqual([
      '500 µs',
      '2.5 ms',
      '250 ms',
      '1 s',
      '2.5 s',
      '1 min',
      '1.5 min',
    ]);
  });
});

it('a sentence of the hub has a capital letter, and one mark at its end', () => {
  expect(sentence('no worker offers fib-at@1')).toBe('No worker offers fib-at@1.');
  expect(sentence('did you mean fib-at@1?')).toBe('Did you mean fib-at@1?');
  expect(sentence('nightly: the reader is slow', true)).toBe('nightly: the reader is slow.');
  expect(sentence('waits for a free slot: other jobs have all 4')).toBe('Waits for a free slot: other jobs have all 4.');
  expect(sentence('')).toBe('');
});
