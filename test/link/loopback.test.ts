import { describe, expect, it } from 'vitest';
import { loopback } from '../../src/link/loopback.js';

describe('a loopback link', () => {
  it('delivers later, in order, both ways', async () => {
    const got: string[] = [];
    const { left, right } = loopback<string, string>(
      (message) => got.push(`left ${message}`),
      (message) => got.push(`right ${message}`),
    );
    left.send('a');
    left.send('b');
    right.send('c');
    expect(got).toEqual([]);
    await Promise.resolve();
    await Promise.resolve();
    expect(got).toEqual(['right a', 'right b', 'left c']);
  });

  it('hands over what was sent before it closes, and receives nothing after', async () => {
    const got: string[] = [];
    const { left, right } = loopback<string, string>(
      (message) => got.push(`left ${message}`),
      (message) => got.push(`right ${message}`),
    );
    left.send('a');
    right.send('b');
    await left.close();
    right.send('c');
    left.send('d');
    await Promise.resolve();
    expect(got).toEqual(['right a']);
  });
});
