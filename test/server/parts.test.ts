import { describe, expect, it } from 'vitest';
import type { SchedulerEffect } from '../../server/core/scheduler-events.js';
import { explainAgainMs, maxDivisionClasses, maxDivisionStages, maxExplained } from '../../src/limits.js';
import { assigned, batchOf, HubUnderTest, toLeaders, toWorkers } from './scheduler-harness.js';

/** Opens a job of these stages. */
function openChain(hub: HubUnderTest, job: number, operations: readonly string[]): SchedulerEffect[] {
  const stages = operations.map((operation) => ({ kind: 'map', operation, version: 1 }) as const);
  const description = { stages, serializer: 'json' };
  return hub.fromLeader('l', { type: 'open', job, secret: 'secret', description, priority: 0, labels: [], slots: 0 });
}

/** What leaders are told of slots: of which job, how many there are, and where it is to be divided. */
function capacities(effects: readonly SchedulerEffect[]): string[] {
  return toLeaders(effects).flatMap(([, message]) =>
    message.type === 'capacity' ? [`${message.job}: ${message.slots}, ${message.divideAt ?? 'whole'}`] : [],
  );
}

/** The losses that leaders are told of. */
function losses(effects: readonly SchedulerEffect[]): unknown[] {
  return toLeaders(effects).flatMap(([, message]) => (message.type === 'lost' ? [message] : []));
}

/** Workers that offer `a` and `b`, and a job of both. */
function hubWithParts(): HubUnderTest {
  const hub = new HubUnderTest();
  hub.leader('l');
  hub.worker('w', 1, ['a@1']);
  hub.worker('v', 1, ['b@1']);
  return hub;
}

describe('a chain that no worker offers whole', () => {
  it('is to be divided where each operation is on offer, and the reason says so', () => {
    const hub = hubWithParts();
    const told = toLeaders(openChain(hub, 1, ['a', 'a', 'b']));
    const missing = 'no single worker offers all of a@1, b@1, json; each is on offer';
    expect(told).toEqual([['l', { type: 'capacity', job: 1, slots: 0, leased: 0, missing, divideAt: 2 }]]);
    expect(capacities(openChain(hub, 2, ['a', 'c']))).toEqual(['2: 0, whole']);
  });

  it('is not to be divided where it has one operation only, though its label is on offer elsewhere', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 1, ['f@1']);
    hub.worker('v', 1, ['g@1'], ['gpu']);
    expect(capacities(hub.open('l', 1, { labels: ['gpu'] }))).toEqual(['1: 0, whole']);
  });

  it('is not to be divided where no worker is there', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    expect(toLeaders(openChain(hub, 1, ['a', 'b']))).toMatchObject([['l', { missing: 'no worker is connected' }]]);
    expect(capacities(openChain(hub, 2, ['a', 'b']))).toEqual(['2: 0, whole']);
  });

  it('has nothing queued: what comes is given back, and what was queued is when the last worker of the whole leaves', () => {
    const hub = hubWithParts();
    hub.worker('u', 1, ['a@1', 'b@1']);
    expect(capacities(openChain(hub, 1, ['a', 'b']))).toEqual(['1: 1, whole']);
    openChain(hub, 2, ['a', 'b']);
    for (const seq of [0, 1, 2]) hub.batch('l', 1, batchOf(seq));
    const gone = hub.fromWorker('u', { type: 'draining' });
    expect(capacities(gone).toSorted()).toEqual(['1: 0, 1', '2: 0, 1']);
    const reason = 'no worker offers the whole chain';
    const lost = (seq: number) => ({ job: 1, workerId: '', loss: { seq, attempt: 1, cause: 'returned', reason } });
    expect(losses(gone)).toMatchObject([lost(1), lost(2)]);
    expect(losses(hub.batch('l', 1, batchOf(3)))).toMatchObject([lost(3)]);
    expect(hub.status().jobs.map(({ queued }) => queued)).toEqual([0, 0]);
  });

  it('is whole again as soon as one worker offers all of it', () => {
    const hub = hubWithParts();
    openChain(hub, 1, ['a', 'b']);
    const back = hub.worker('u', 1, ['a@1', 'b@1']);
    expect(capacities(back)).toEqual(['1: 1, whole']);
    expect(assigned(hub.batch('l', 1, batchOf(0)))).toEqual(['u: l:1/0']);
  });

  it('is told again where it is to be divided, whenever that may have changed', () => {
    const hub = hubWithParts();
    openChain(hub, 1, ['a', 'a', 'b', 'b']);
    hub.worker('u', 1, ['c@1']);
    expect(capacities(hub.worker('t', 1, ['a@1', 'c@1']))).toEqual(['1: 0, 2']);
  });

  it('is told nothing when a worker that leaves says so again, or offers something else', () => {
    const hub = hubWithParts();
    openChain(hub, 1, ['a', 'b']);
    hub.worker('u', 1, ['c@1']);
    expect(capacities(hub.fromWorker('u', { type: 'draining' }))).toEqual(['1: 0, 1']);
    expect(hub.fromWorker('u', { type: 'draining' })).toEqual([]);
    const offers = { operations: ['d@1'], serializers: ['json'], labels: [] };
    expect(hub.fromWorker('u', { type: 'offer', slots: 1, offers })).toEqual([]);
  });

  it('is given nothing back when its job is closed before the last worker of the whole has gone', () => {
    const hub = hubWithParts();
    hub.worker('u', 1, ['a@1', 'b@1']);
    openChain(hub, 1, ['a', 'b']);
    hub.batch('l', 1, batchOf(0));
    hub.fromWorker('u', { type: 'draining' });
    expect(losses(hub.fromLeader('l', { type: 'close', job: 1 }))).toEqual([]);
  });

  it('is to be divided for each of its jobs, though some had just been told something else', () => {
    const hub = new HubUnderTest({}, { told: 1, fitted: 100, lost: 1 });
    hub.leader('l');
    openChain(hub, 1, ['a', 'b']);
    openChain(hub, 2, ['a', 'b']);
    expect(capacities(hub.worker('w', 1, ['a@1']))).toEqual(['1: 0, whole']);
    const told = capacities(hub.worker('v', 1, ['b@1']));
    hub.catchUp((effects) => told.push(...capacities(effects)));
    expect(told).toEqual(['2: 0, 1', '1: 0, 1']);
  });
});

describe('a chain of many stages, or one for which there are many kinds of workers', () => {
  /** Where it is divided: the least number of parts is two only if the first part ends early. */
  function dividedAt(stages: number, classes: number): string[] {
    const hub = new HubUnderTest();
    hub.leader('l');
    const chain = ['a', ...Array.from({ length: stages - 2 }, () => 'b'), 'c'];
    // All but the last stage by few slots, or all but the first one by many.
    hub.worker('w', 1, ['a@1', 'b@1']);
    hub.worker('v', 9, ['b@1', 'c@1']);
    hub.worker('u', 9, ['a@1']);
    for (let at = 3; at < classes; at += 1) hub.worker(`w${at}`, 1, [`x${at}@1`]);
    return capacities(openChain(hub, 1, chain));
  }

  it('is divided behind the longest part that one worker offers; others where the scarcest part has the most slots', () => {
    expect(dividedAt(maxDivisionStages, 3)).toEqual(['1: 0, 1']);
    expect(dividedAt(maxDivisionStages + 1, 3)).toEqual([`1: 0, ${maxDivisionStages}`]);
    expect(dividedAt(3, maxDivisionClasses)).toEqual(['1: 0, 1']);
    expect(dividedAt(3, maxDivisionClasses + 1)).toEqual(['1: 0, 2']);
  });
});

describe('who finds no worker', () => {
  const most = maxExplained;

  /** One job more than are told at once, each with needs of its own. */
  function hub(): HubUnderTest {
    const test = new HubUnderTest({ maxJobsPerLeader: 2 * most });
    test.leader('l');
    for (let job = 1; job <= most + 1; job += 1) test.open('l', job, { operation: `f${job}` });
    return test;
  }

  it('is told what is on offer now, some at a time', () => {
    const test = hub();
    test.now = 1_000;
    const told = toLeaders(test.worker('w', 1, ['other@1'])).map(([, message]) => message);
    expect(told).toHaveLength(most);
    expect(told[0]).toMatchObject({
      missing: "no worker offers operation 'f1@1'; operations on offer: other@1",
      operation: 'f1',
    });
    expect(test.scheduler.nextDeadline()).toBe(1_000 + explainAgainMs);
    test.now += explainAgainMs;
    expect(capacities(test.handle({ type: 'tick' }))).toEqual([`${most + 1}: 0, whole`]);
    test.now += explainAgainMs;
    expect(capacities(test.handle({ type: 'tick' }))).toEqual([]);
  });

  it('is not told twice, nor again what it knows', () => {
    const test = new HubUnderTest();
    test.leader('l');
    test.worker('w', 1, ['f@1']);
    test.open('l', 1);
    test.open('l', 2, { operation: 'g' });
    const gone = test.fromWorker('w', { type: 'draining' });
    expect(capacities(gone).toSorted()).toEqual(['1: 0, whole', '2: 0, whole']);
    expect(capacities(test.handle({ type: 'workerLeft', workerId: 'w', how: 'closed', reason: '' }))).toEqual([]);
  });
});

describe('what a worker is told of a job', () => {
  it('has the arguments of its operations as they came', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 1);
    // It came with others, which are not to be kept for it.
    const args = new Uint8Array(10_000).subarray(1, 3);
    const description = { stages: [{ kind: 'map', operation: 'f', version: 1, args }] as const, serializer: 'json' };
    hub.fromLeader('l', { type: 'open', job: 1, secret: 'secret', description, priority: 0, labels: [], slots: 0 });
    const [[, message] = []] = toWorkers(hub.batch('l', 1, batchOf(0)));
    expect(message).toEqual({ type: 'job', jobId: 'l:1', description });
    expect(message?.type === 'job' && message.description.stages[0]?.args?.buffer).not.toBe(args.buffer);
  });
});
