import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Intake, Turns } from '../../server/intake.js';

let now = 0;

beforeEach(() => {
  now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** Says its name so many times, and takes a millisecond each time. */
function saying(name: string, times: number, said: string[]): () => boolean {
  let left = times;
  return () => {
    said.push(name);
    now += 1;
    left -= 1;
    return left > 0;
  };
}

function intake(turns: Turns, paused: boolean[] = [], failed: unknown[] = []): Intake {
  return new Intake(turns, { paused: (is) => paused.push(is), failed: (error) => failed.push(error) });
}

const nextTurn = async (): Promise<void> => {
  await new Promise((resolve) => setImmediate(resolve));
};

describe('an intake', () => {
  it('handles at once what is quick', () => {
    const said: string[] = [];
    const only = intake(new Turns());
    for (const name of ['a', 'b', 'c']) only.add(saying(name, 2, said));
    expect(said.join('')).toBe('aabbcc');
  });

  it('lets others have their turns after a slice of what takes long, and keeps the order of each', async () => {
    const said: string[] = [];
    const turns = new Turns();
    const [long, other] = [intake(turns), intake(turns)];
    long.add(saying('a', 8, said));
    long.add(saying('b', 1, said));
    expect(said.join('')).toBe('aaa');
    other.add(saying('x', 5, said));
    expect(said.join('')).toBe('aaaxxx');
    await nextTurn();
    expect(said.join('')).toBe('aaaxxxaaa');
    await nextTurn();
    expect(said.join('')).toBe('aaaxxxaaaxx');
    other.add(saying('y', 1, said));
    expect(said.join('')).toBe('aaaxxxaaaxxy');
    await nextTurn();
    expect(said.join('')).toBe('aaaxxxaaaxxyaab');
  });

  it('has nothing more sent while much waits', async () => {
    const said: string[] = [];
    const paused: boolean[] = [];
    const one = intake(new Turns(), paused);
    one.add(saying('a', 4, said));
    one.add(saying('b', 1, said), 1024 * 1024);
    expect(paused).toEqual([true]);
    await nextTurn();
    expect(said.join('')).toBe('aaaab');
    expect(paused).toEqual([true, false]);
  });

  it('drops what waits when it is told to, in the midst of handling it too', async () => {
    const said: string[] = [];
    const failed: unknown[] = [];
    const one = intake(new Turns(), [], failed);
    one.add(saying('a', 4, said));
    one.add(() => {
      one.clear();
      throw new Error('wrong');
    });
    one.add(saying('b', 1, said));
    await nextTurn();
    await nextTurn();
    expect(said.join('')).toBe('aaaa');
    expect(failed).toEqual([new Error('wrong')]);
    one.add(saying('c', 1, said));
    expect(said.join('')).toBe('aaaac');
  });
});
