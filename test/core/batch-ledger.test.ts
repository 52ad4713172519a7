import { describe, expect, it } from 'vitest';
import { BatchLedger, type BatchRecord } from '../../src/core/job/batch-ledger.js';
import { elementPartial } from '../../src/core/fold/partial.js';
import { present } from '../support/exactly.js';

const payload = new Uint8Array(2);

/** A ledger of batches of two elements each that are ready, at these indices. */
function ledgerAt(...indices: number[]): BatchLedger {
  const ledger = new BatchLedger();
  for (const first of indices) ledger.add({ first, count: 2, payload });
  return ledger;
}

function ready(ledger: BatchLedger, stopAt = Infinity): BatchRecord {
  return present(ledger.nextReady(stopAt));
}

describe('the unsettled batches of a job', () => {
  it('are ready still when another one is sent a second time', () => {
    const ledger = ledgerAt(0, 2);
    const sent = ready(ledger);
    ledger.send(sent, 0);
    const next = ready(ledger);
    ledger.send(sent, 1);
    expect(ready(ledger)).toBe(next);
  });

  it('are found by where they begin and end, those of partials by the elements that these stand for', () => {
    const ledger = ledgerAt(10);
    ledger.addPartials([elementPartial(0, 3, payload), elementPartial(3, 4, payload)]);
    expect(ledger.startingAt(0)).toMatchObject({ units: 'partials', count: 2, width: 7 });
    expect(ledger.endingAt(7)).toBe(ledger.startingAt(0));
    expect(ledger.endingAt(12)).toBe(ledger.startingAt(10));
    expect([ledger.startingAt(7), ledger.endingAt(10)]).toEqual([undefined, undefined]);
    ledger.validate();
  });

  it('are sent lowest index first, up to where the job stops', () => {
    const ledger = ledgerAt(4, 0, 2);
    const first = ready(ledger);
    expect(first.first).toBe(0);
    ledger.send(first, 0);
    expect(ready(ledger, 3).first).toBe(2);
    // From there on they are dropped.
    expect(ledger.nextReady(2)).toBeUndefined();
    expect(ledger.size).toBe(1);
    ledger.validate();
  });

  it('leave the next one where it is when one is sent a second time', () => {
    const ledger = ledgerAt(0, 2);
    const first = ready(ledger);
    ledger.send(first, 5);
    ledger.send(first, 9);
    expect(first).toMatchObject({ underWay: [1, 2], sentAt: 5 });
    expect(ready(ledger).first).toBe(2);
    expect([ledger.sent, ledger.bytesSent, ledger.combining]).toEqual([2, 4, 0]);
    ledger.validate();
  });

  it('are counted while they are under way, also attempts that had been given up', () => {
    const ledger = new BatchLedger();
    ledger.addPartials([elementPartial(0, 1, payload), elementPartial(1, 1, payload)]);
    const record = ready(ledger);
    ledger.send(record, 0);
    ledger.lose(record, 1);
    ledger.again(record);
    expect([ledger.sent, ledger.bytesSent, ledger.combining]).toEqual([0, 0, 0]);
    ledger.adopt(record, 1, 3);
    ledger.adopt(record, 1, 4);
    expect([ledger.sent, ledger.combining, record.sentAt]).toEqual([1, 1, 3]);
    ledger.settle(record);
    expect([ledger.sent, ledger.combining, ledger.size]).toEqual([0, 0, 0]);
    ledger.validate();
  });

  it('wait until they are due, the earliest first; partials that waited alone are given back then', () => {
    const ledger = new BatchLedger();
    ledger.add({ first: 0, count: 1, payload }, 30);
    ledger.add({ first: 1, count: 1, payload }, 10);
    ledger.addPartials([elementPartial(2, 2, payload)], {}, 20);
    expect([ledger.nextDueAt(), ledger.nextReady(Infinity)]).toEqual([10, undefined]);
    expect(ledger.wake(9)).toEqual([]);
    expect(ledger.wake(10)).toEqual([]);
    expect(ready(ledger).first).toBe(1);
    expect(ledger.nextDueAt()).toBe(20);
    expect(ledger.wake(25)).toEqual([elementPartial(2, 2, payload)]);
    expect([ledger.size, ledger.nextDueAt()]).toEqual([2, 30]);
    ledger.clear();
    expect([ledger.size, ledger.wake(30), ledger.nextReady(Infinity)]).toEqual([0, [], undefined]);
    ledger.validate();
  });

  it('are passed over where they have been settled since, or are under way after all', () => {
    const ledger = ledgerAt(0, 2);
    ledger.settle(ready(ledger));
    expect(ready(ledger).first).toBe(2);
    expect([...ledger.sentBatches()]).toEqual([]);
    const adopted = ready(ledger);
    ledger.send(adopted, 0);
    ledger.lose(adopted, 1);
    ledger.again(adopted);
    ledger.adopt(adopted, 1, 0);
    expect([...ledger.sentBatches()]).toEqual([adopted]);
    expect(ledger.nextReady(Infinity)).toBeUndefined();
    ledger.add({ first: 4, count: 1, payload }, 10);
    const delayed = present(ledger.startingAt(4));
    ledger.adopt(delayed, 1, 0);
    expect(ledger.wake(10)).toEqual([]);
    expect(delayed).toMatchObject({ state: 'sent', underWay: [1] });
    ledger.validate();
  });

  it('are forgotten all at once', () => {
    const ledger = ledgerAt(0, 2);
    ledger.addPartials([elementPartial(4, 1, payload), elementPartial(5, 1, payload)]);
    for (let at = 0; at < 3; at += 1) ledger.send(ready(ledger), 0);
    expect([ledger.size, ledger.sent, ledger.bytesSent]).toEqual([3, 3, 12 + 4]);
    ledger.clear();
    expect([ledger.size, ledger.sent, ledger.bytesSent, ledger.combining]).toEqual([0, 0, 0, 0]);
    expect([ledger.startingAt(0), ledger.endingAt(2)]).toEqual([undefined, undefined]);
    ledger.validate();
  });
});
