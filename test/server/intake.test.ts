import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Intake, Turns } from '../../server/network/intake.js';

vi.mock('../../src/real-time.js', () => import('../support/virtual-time.js'));

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

function intake(turns: Turns, paused: boolean[] = [], failed: unknown[] = [], address = '::1'): Intake {
  return new Intake(turns, address, { paused: (is) => paused.push(is), failed: (error) => failed.push(error) });
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
      one.close();
      throw new Error('wrong');
    });
    one.add(saying('b', 1, said));
    await nextTurn();
    await nextTurn();
    expect(said.join('')).toBe('aaaa');
    expect(failed).toEqual([new Error('wrong')]);
    one.add(saying('c', 1, said));
    expect(said.join('')).toBe('aaaa');
  });

  it('takes turns with all others, those of one address together having as many as one of another', async () => {
    const said: string[] = [];
    const turns = new Turns();
    const from = (address: string): Intake => intake(turns, [], [], address);
    for (const name of ['a', 'b', 'c']) from('10.0.0.1').add(saying(name, 10, said));
    from('10.0.0.2').add(saying('x', 10, said));
    said.length = 0;
    for (let turn = 0; turn < 6; turn += 1) await nextTurn();
    expect(said.join('')).toBe('aaaxxxbbbxxxcccxaaa');
  });

  it('is not handled at once when much has been that came from the same address', async () => {
    const said: string[] = [];
    const turns = new Turns();
    for (let at = 0; at < 100; at += 1) intake(turns, [], [], '10.0.0.1').add(saying('a', 1, said));
    // The 20 ms that may be, and half of the time that they have taken.
    expect(said).toHaveLength(40);
    intake(turns, [], [], '10.0.0.2').add(saying('x', 1, said));
    expect(said.at(-1)).toBe('x');
    for (let turn = 0; turn < 60; turn += 1) await nextTurn();
    expect(said).toHaveLength(101);
  });
});
