import { expect, it } from 'vitest';
import { Unfinished } from '../../server/unfinished.js';

it('has the peers disconnected that hold the most of unfinished messages, once all hold too much', () => {
  const dropped: string[] = [];
  const unfinished = new Unfinished(100);
  const holder = (name: string): Parameters<Unfinished['set']>[0] => ({
    overflowed: (reason) => dropped.push(`${name}: ${reason}`),
  });
  const [a, b, c] = [holder('a'), holder('b'), holder('c')];
  unfinished.set(a, 40);
  unfinished.set(b, 60);
  expect(dropped).toEqual([]);
  unfinished.set(a, 50);
  expect(dropped).toEqual(['b: more than 100 bytes of unfinished messages of all peers (maxBytes)']);
  unfinished.set(c, 50);
  unfinished.set(a, 0);
  unfinished.set(b, 50);
  expect(dropped).toHaveLength(1);
  unfinished.set(c, 120);
  expect(dropped.slice(1)).toEqual(['c: more than 100 bytes of unfinished messages of all peers (maxBytes)']);
});
