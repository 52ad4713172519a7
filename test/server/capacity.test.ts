import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainAgainMs, maxExplained, maxToldAtOnce } from '../../src/limits.js';
import { HubUnderTest, toLeaders } from './scheduler-harness.js';

const many = 3 * maxToldAtOnce;

/** A hub with a leader that has so many jobs of an operation, and so many of another. */
function hubWith(jobs: number, others = 0): HubUnderTest {
  const hub = new HubUnderTest({ maxJobsPerLeader: jobs + others, maxDescriptionBytesPerLeader: 1e9 });
  // Unchecked, since that takes time by the square of the jobs.
  hub.leader('l');
  for (let job = 0; job < jobs + others; job += 1) hub.scheduler.handle(opening(job, job < jobs ? 'f' : 'g'), hub.now);
  return hub;
}

function opening(job: number, operation: string): Parameters<HubUnderTest['handle']>[0] {
  const description = { stages: [{ kind: 'map', operation, version: 1 }], serializer: 'json' } as const;
  const message = { type: 'open', job, secret: 's', description, priority: 0, labels: [], slots: 0 } as const;
  return { type: 'leaderSent', leaderId: 'l', message };
}

/** What jobs are told of slots, in order. */
function told(effects: ReturnType<HubUnderTest['handle']>): [job: number, slots: number][] {
  return toLeaders(effects).flatMap(([, message]) => (message.type === 'capacity' ? [[message.job, message.slots]] : []));
}

/** What they are told while nothing else happens. */
function toldLater(hub: HubUnderTest): [job: number, slots: number][][] {
  const turns: [number, number][][] = [];
  hub.catchUp((effects) => turns.push(told(effects)));
  return turns;
}

describe('a change of what is on offer for many jobs', () => {
  it.each(['f@1', 'h@1'])('is told to some at once, and to the others in later turns, each once: %s', (operation) => {
    const hub = hubWith(many);
    const turns = [told(hub.worker('w', 2, [operation])), ...toldLater(hub)];
    expect(turns.map((turn) => turn.length)).toEqual([maxToldAtOnce, maxToldAtOnce, maxToldAtOnce]);
    expect(new Set(turns.flat().map(([job]) => job)).size).toBe(many);
    expect(new Set(turns.flat().map(([, slots]) => slots))).toEqual(new Set([operation === 'f@1' ? 2 : 0]));
  });

  it('reaches each class soon, and each job of a class that changes all the time', () => {
    const hub = hubWith(many, 10);
    const first = told(hub.worker('w', 1, ['f@1', 'g@1']));
    expect(first.filter(([job]) => job >= many)).toHaveLength(10);
    const reached = new Set(first.map(([job]) => job));
    for (let slots = 2; slots <= 3; slots += 1) {
      const offers = { operations: ['f@1', 'g@1'], serializers: ['json'], labels: [] };
      for (const [job] of told(hub.fromWorker('w', { type: 'offer', slots, offers }))) reached.add(job);
    }
    expect(reached.size).toBeGreaterThan(2.8 * maxToldAtOnce);
  });

  it('is told as it is then: in the end each open job was told last what is true', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('slots' as const), slots: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ kind: fc.constant('tick' as const) }),
      fc.record({ kind: fc.constant('open' as const) }),
      fc.record({ kind: fc.constant('close' as const), at: fc.nat(many - 1) }),
      fc.record({ kind: fc.constant('away' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const hub = new HubUnderTest({ maxJobsPerLeader: 2 * many, maxDescriptionBytesPerLeader: 1e9 });
        hub.leader('l');
        const known = new Map<number, number>();
        let opened = 0;
        let slots = 0;
        const hear = (effects: ReturnType<HubUnderTest['handle']>): void => {
          for (const [job, count] of told(effects)) if (known.has(job)) known.set(job, count);
        };
        const openOne = (): void => {
          known.set(opened, -1);
          hear(hub.scheduler.handle(opening(opened, 'f'), hub.now));
          opened += 1;
        };
        for (let job = 0; job < many; job += 1) openOne();
        for (const each of steps) {
          if (each.kind === 'slots') {
            if (slots === 0) hear(hub.worker('w', each.slots));
            const offers = { operations: ['f@1'], serializers: ['json'], labels: [] };
            if (slots > 0) hear(hub.fromWorker('w', { type: 'offer', slots: each.slots, offers }));
            slots = each.slots;
          } else if (each.kind === 'tick') hear(hub.handle({ type: 'tick' }));
          else if (each.kind === 'open') openOne();
          else if (each.kind === 'close' && known.delete(each.at)) hear(hub.fromLeader('l', { type: 'close', job: each.at }));
          else if (each.kind === 'away' && slots > 0) {
            slots = 0;
            hear(hub.handle({ type: 'workerLeft', workerId: 'w', reason: 'gone', how: 'closed' }));
          }
        }
        hub.catchUp(hear);
        expect(new Set(known.values())).toEqual(new Set([slots]));
      }),
      { numRuns: 15 },
    );
  });

  it('is explained to so many kinds of jobs that find no worker, and to the others a moment later', () => {
    const kinds = maxExplained + 6;
    const hub = new HubUnderTest({ maxJobsPerLeader: kinds, maxDescriptionBytesPerLeader: 1e9 });
    hub.leader('l');
    for (let job = 0; job < kinds; job += 1) hub.open('l', job, { operation: `f${job}` });
    expect(told(hub.worker('w', 1, ['h@1']))).toHaveLength(maxExplained);
    expect(hub.scheduler.nextDeadline()).toBe(explainAgainMs);
    hub.now = explainAgainMs - 1;
    expect(told(hub.handle({ type: 'tick' }))).toEqual([]);
    hub.now = explainAgainMs;
    expect(told(hub.handle({ type: 'tick' }))).toHaveLength(6);
  });

  it('is explained to the jobs whose turn comes later, though others like them were opened meanwhile', () => {
    const hub = new HubUnderTest({ maxJobsPerLeader: 2 * maxExplained, maxDescriptionBytesPerLeader: 1e9 });
    hub.leader('l');
    for (let job = 0; job <= maxExplained; job += 1) hub.open('l', job, { operation: `f${job}` });
    const first = new Set(told(hub.worker('w', 1, ['h@1'])).map(([job]) => job));
    const late = Array.from({ length: maxExplained + 1 }, (_, job) => job).find((job) => !first.has(job));
    hub.open('l', maxExplained + 1, { operation: `f${late}` });
    const after = toldLater(hub);
    hub.now = explainAgainMs;
    expect([...after, ...toldLater(hub)].flat()).toContainEqual([late, 0]);
  });

  it('is told to kinds of jobs in the order in which they wait', () => {
    const hub = new HubUnderTest({}, { told: 1, fitted: 100, lost: 1 });
    hub.leader('l');
    for (let job = 0; job < 3; job += 1) hub.open('l', job, { operation: `f${job}` });
    const turns = [told(hub.worker('w', 1, ['f0@1', 'f1@1', 'f2@1'])), ...toldLater(hub)];
    expect(turns.flat().map(([job]) => job)).toEqual([0, 1, 2]);
  });

  it('is told to fewer at once where it must be explained, the more kinds of workers there are', () => {
    const toldFor = (told: number, workers: number, operation: string): number => {
      const hub = new HubUnderTest({ maxJobsPerLeader: 100 }, { told, fitted: 1_000, lost: 1 });
      hub.leader('l');
      for (let at = 1; at < workers; at += 1) hub.worker(`w${at}`, 1, [`x${at}@1`]);
      for (let job = 0; job < 8; job += 1) hub.open('l', job, { operation: `f${job}` });
      return toldOf(hub.worker('w', 1, [operation, ...Array.from({ length: 8 }, (_, at) => `${operation}${at}@1`)]));
    };
    const toldOf = (effects: ReturnType<HubUnderTest['handle']>): number => told(effects).length;
    expect(toldFor(8, 1, 'f')).toBe(8);
    expect(toldFor(8, 1, 'h')).toBe(2);
    expect(toldFor(10, 64, 'h')).toBe(2);
    expect(toldFor(10, 63, 'h')).toBe(3);
  });

  it('says at once of workers that are gone that they are, though others are still to be told', () => {
    const hub = new HubUnderTest({}, { told: 1, fitted: 1, lost: 1 });
    hub.leader('l');
    for (const job of [1, 2]) hub.open('l', job, { operation: `f${job}` });
    hub.worker('w', 2, ['f1@1', 'f2@1']);
    hub.catchUp();
    hub.handle({ type: 'workerLeft', workerId: 'w', reason: 'gone', how: 'closed' });
    expect(toLeaders(hub.open('l', 3, { operation: 'f2' }))).toMatchObject([
      ['l', { job: 3, slots: 0, missing: 'no worker is connected' }],
    ]);
  });

  it('is forgotten where nobody has such a job any more', () => {
    const hub = hubWith(many);
    hub.worker('w', 1);
    for (let job = 0; job < many; job += 1) hub.fromLeader('l', { type: 'close', job });
    expect(hub.scheduler.nextDeadline()).toBeUndefined();
  });
});
