import { describe, expect, it } from 'vitest';
import { InlineTurns } from '../../src/executor/inline-turns.js';

function untilSpent(turns: InlineTurns): void {
  while (!turns.isSpent());
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the turns of inline executors', () => {
  it('are begun at once until the share of a turn is spent, and then in later turns', async () => {
    const turns = new InlineTurns();
    const begun: string[] = [];
    turns.begin(() => begun.push('first'));
    untilSpent(turns);
    expect(begun).toEqual(['first']);
    turns.begin(() => begun.push('second'));
    turns.begin(() => begun.push('third'));
    expect(begun).toEqual(['first']);
    await turn();
    await turn();
    expect(begun).toEqual(['first', 'second', 'third']);
  });

  it('go to what was interrupted before what begins', async () => {
    const turns = new InlineTurns();
    const order: string[] = [];
    untilSpent(turns);
    turns.begin(() => order.push('begins'));
    void turns.goOn().then(() => order.push('goes on'));
    await turn();
    await turn();
    await turn();
    expect(order).toEqual(['goes on', 'begins']);
  });

  it('go to nothing while the share of a turn is spent', async () => {
    let isSpent = true;
    const turns = new InlineTurns({ isSpent: () => isSpent });
    const begun: string[] = [];
    turns.begin(() => begun.push('begins'));
    await turn();
    await turn();
    expect(begun).toEqual([]);
    isSpent = false;
    await turn();
    expect(begun).toEqual(['begins']);
  });

  it('go on after a beginning that throws', async () => {
    const turns = new InlineTurns();
    const thrown = new Promise((resolve) => process.once('uncaughtException', resolve));
    turns.begin(() => undefined);
    const begun = new Promise<void>((resolve) => {
      turns.begin(() => {
        throw new Error('broken');
      });
      turns.begin(resolve);
    });
    expect(await thrown).toMatchObject({ message: 'broken' });
    await begun;
  });
});
