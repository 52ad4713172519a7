import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fitting } from '../../server/core/fitting.js';
import { newJob, newLeader, newWorker } from '../../server/core/new-records.js';
import { slotsFor, type NeedClass, type HubWorker } from '../../server/core/records.js';
import { defaultLimits } from '../../server/limits.js';
import { maxExplained, maxFittedAtOnce } from '../../src/limits.js';
import { leaderOf } from '../../src/protocol/job-id.js';
import type { Offers } from '../../src/protocol/messages.js';
import { assigned, batchOf, HubUnderTest, toLeaders } from './scheduler-harness.js';

const offering = (...names: readonly string[]): Offers => ({
  operations: names.map((name) => `${name}@1`),
  serializers: ['json'],
  labels: [],
});

const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `f${at}`);

/** Classes of jobs, of which each needs another operation. */
function classesOf(fitting: Fitting, count: number): NeedClass[] {
  return names(count).map((name) => {
    const needClass = fitting.needClass(offering(name));
    const leader = newLeader('l', '', defaultLimits, { records: { bytes: 0 }, named: { bytes: 0 } }, 0);
    const description = { stages: [], serializer: 'json' };
    needClass.jobs.add(
      newJob({
        number: 1,
        leader,
        secret: '',
        description,
        bytes: 0,
        priority: 0,
        openedAt: 0,
        needClass,
        virtualTime: 0,
      }),
    );
    return needClass;
  });
}

function workerOf(id: string, slots: number): HubWorker {
  const worker = newWorker(id, '', defaultLimits, { bytes: 0 }, 0);
  worker.slots = slots;
  return worker;
}

/** What is told of slots, and given to workers. */
type Effects = ReturnType<HubUnderTest['handle']>;

describe('a worker that offers what very many jobs need', () => {
  it('is compared with so many of them at once, and with the others in later turns', () => {
    const fitting = new Fitting();
    const classes = classesOf(fitting, 25);
    fitting.move(workerOf('w', 2), offering(...names(25)));
    const turns: number[] = [];
    while (!fitting.isDone && turns.length < 10) {
      turns.push(fitting.proceed(10).length);
      fitting.validate();
    }
    expect(turns).toEqual([10, 10, 5]);
    expect(classes.map(slotsFor)).toEqual(classes.map(() => 2));
  });

  it('takes its slots with it at once, and is cut off in pieces', () => {
    const fitting = new Fitting();
    const classes = classesOf(fitting, 25);
    const worker = workerOf('w', 2);
    fitting.move(worker, offering(...names(25)));
    fitting.proceed(1_000);
    fitting.move(worker, undefined);
    fitting.validate();
    expect(classes.map(slotsFor)).toEqual(classes.map(() => 0));
    expect([fitting.proceed(10).length, fitting.unservedClasses]).toEqual([10, 10]);
    expect([fitting.proceed(100).length, fitting.unservedClasses, fitting.isDone]).toEqual([15, 25, true]);
  });

  it('has all told of other slots, however often they change meanwhile', () => {
    const fitting = new Fitting();
    classesOf(fitting, 25);
    const worker = workerOf('w', 1);
    fitting.move(worker, offering(...names(25)));
    fitting.proceed(1_000);
    const told = new Set<NeedClass>();
    for (worker.slots = 2; worker.slots < 6; worker.slots += 1) {
      fitting.move(worker, offering(...names(25)));
      for (const needClass of fitting.proceed(7)) told.add(needClass);
    }
    expect(told.size).toBe(25);
  });

  it('has all told of other slots, whatever is opened or closed meanwhile', () => {
    const fitting = new Fitting();
    const classes = classesOf(fitting, 4);
    const worker = workerOf('w', 1);
    const told = new Map<NeedClass, number>();
    const proceed = (most: number): void => {
      for (const needClass of fitting.proceed(most)) told.set(needClass, slotsFor(needClass));
      fitting.validate();
    };
    const change = (slots: number, most: number): void => {
      worker.slots = slots;
      fitting.move(worker, offering(...names(6)));
      proceed(most);
    };
    change(1, 100);
    change(4, 2);
    change(8, 0);
    // One comes behind the last, one that waits to be told goes, and so does one that comes then and knows.
    const more = classesOf(fitting, 6).slice(4);
    for (const gone of [classes[3], more[0]]) if (gone !== undefined) fitting.remove(gone);
    proceed(100);
    expect(classes.slice(0, 3).map((each) => told.get(each))).toEqual([8, 8, 8]);
    expect(fitting.isDone).toBe(true);
  });

  it('has nothing to tell where it has as many slots as before', () => {
    const fitting = new Fitting();
    classesOf(fitting, 3);
    const worker = workerOf('w', 1);
    fitting.move(worker, offering(...names(3)));
    fitting.proceed(100);
    fitting.move(worker, offering(...names(3)));
    expect([fitting.isDone, fitting.proceed(100)]).toEqual([true, []]);
  });

  it('is compared with those only that need an operation of it, and names those only that it fits', () => {
    const fitting = new Fitting();
    const last = classesOf(fitting, 25)[24];
    fitting.move(workerOf('w', 1), offering('f24'));
    expect(fitting.proceed(1)).toEqual([last]);
    fitting.move(workerOf('v', 1), { ...offering('f23'), serializers: ['other'] });
    expect(fitting.proceed(100)).toEqual([]);
  });

  it('may be gone before jobs that need it are, which are closed before they hear of it', () => {
    const fitting = new Fitting();
    const classes = classesOf(fitting, 3);
    const worker = workerOf('w', 1);
    fitting.move(worker, offering(...names(3)));
    fitting.proceed(100);
    fitting.move(worker, undefined);
    for (const needClass of classes) fitting.remove(needClass);
    fitting.validate();
    expect(fitting.proceed(100)).toEqual([]);
  });

  it('leaves no more links than are made anew, however often it changes its offers', () => {
    const fitting = new Fitting();
    const classes = classesOf(fitting, 25);
    const worker = workerOf('w', 1);
    for (let change = 0; change < 40; change += 1) {
      fitting.move(worker, offering(...names(25), `more ${change}`));
      fitting.proceed(20);
      fitting.validate();
      expect(classes.reduce((sum, { offerClasses }) => sum + offerClasses.size, 0)).toBeLessThanOrEqual(40);
    }
  });

  it('does not keep others from their jobs by changing its offers', () => {
    const fitting = new Fitting();
    const classes = classesOf(fitting, 25);
    const restless = workerOf('w', 1);
    fitting.move(workerOf('v', 1), offering(...names(25)));
    fitting.move(restless, offering('x'));
    for (let change = 0; change < 40; change += 1) {
      fitting.move(restless, offering(...names(25), `more ${change}`));
      fitting.proceed(5);
    }
    expect(classes.filter((each) => slotsFor(each) > 0)).toHaveLength(25);
  });
});

describe('a hub with many kinds of jobs', () => {
  it('compares a bounded number of them at once', () => {
    const count = 2 * maxFittedAtOnce;
    const hub = new HubUnderTest({
      maxJobsPerLeader: count,
      maxDescriptionBytesPerLeader: 1e9,
      maxOperationsPerWorker: count,
      maxBatchesPerLeader: count,
      maxBytesPerLeader: count,
      maxOffersPerSecond: 1_000,
    });
    // Unchecked, since that takes time by the square of the jobs.
    hub.scheduler.handle({ type: 'leaderJoined', leaderId: 'l', name: '' }, 0);
    hub.scheduler.handle({ type: 'leaderSent', leaderId: 'l', message: { type: 'resume', jobs: [] } }, 0);
    names(count).forEach((operation, job) => {
      const description = { stages: [{ kind: 'map', operation, version: 1 }], serializer: 'json' } as const;
      const message = { type: 'open', job, secret: 'secret', description, priority: 0, labels: [], slots: 0 } as const;
      hub.scheduler.handle({ type: 'leaderSent', leaderId: 'l', message }, 0);
      hub.scheduler.handle({ type: 'leaderSent', leaderId: 'l', message: { type: 'batch', job, batch: batchOf(0) } }, 0);
    });
    const turns: number[] = [];
    const given = (effects: Effects): number => turns.push(assigned(effects).length);
    hub.scheduler.handle({ type: 'workerJoined', workerId: 'w', name: '' }, 0);
    hub.scheduler.handle({ type: 'workerSent', workerId: 'w', message: { type: 'report', jobs: [], ending: [] } }, 0);
    const offers = offering(...names(count));
    given(hub.scheduler.handle({ type: 'workerSent', workerId: 'w', message: { type: 'offer', slots: 4_096, offers } }, 0));
    for (let ticks = 0; (hub.scheduler.nextDeadline() ?? Infinity) <= 0 && ticks < 100; ticks += 1) {
      given(hub.scheduler.handle({ type: 'tick' }, 0));
    }
    // Those that are explained beside are compared, too.
    expect(turns.slice(0, 2)).toEqual([maxFittedAtOnce + maxExplained, maxFittedAtOnce - maxExplained]);
  });

  it('tells a job that is opened meanwhile what is true, and those like it', () => {
    const count = maxExplained + 10;
    const hub = new HubUnderTest({ maxJobsPerLeader: 100, maxDescriptionBytesPerLeader: 1e9 }, { told: 100, fitted: 1, lost: 2 });
    hub.leader('l');
    names(count).forEach((operation, job) => hub.open('l', job, { operation }));
    const told = toLeaders(hub.worker('w', 2, offering(...names(count)).operations));
    const late = names(count).findIndex((_, job) => told.every(([, message]) => !('job' in message) || message.job !== job));
    const slots = { type: 'capacity', slots: 2, missing: '' };
    expect(toLeaders(hub.open('l', count, { operation: `f${late}` }))).toMatchObject([['l', { ...slots, job: count }]]);
    expect(toLeaders(hub.handle({ type: 'tick' }))).toContainEqual(['l', expect.objectContaining({ ...slots, job: late })]);
  });

  it('gives out what waits as soon as its worker is known, also where that is found to tell why there is none', () => {
    const count = maxExplained + 10;
    const limits = { maxJobsPerLeader: 100, maxDescriptionBytesPerLeader: 1e9, maxBatchesPerLeader: 100 };
    const hub = new HubUnderTest(limits, { told: 1, fitted: 1, lost: 1 });
    hub.leader('l');
    names(count).forEach((operation, job) => {
      hub.open('l', job, { operation });
      hub.batch('l', job, batchOf(0));
    });
    hub.worker('v', 1, ['h@1']);
    let given = assigned(hub.worker('w', 100, offering(...names(count)).operations)).length;
    expect(given).toBeLessThan(count);
    hub.catchUp((effects) => (given += assigned(effects).length));
    expect(given).toBe(count);
  });

  it('gives out a suspect batch as soon as its worker is known', () => {
    const hub = new HubUnderTest({ maxJobsPerLeader: 100 }, { told: 100, fitted: 1, lost: 2 });
    hub.leader('l');
    names(3).forEach((operation, job) => hub.open('l', job, { operation }));
    hub.worker('v', 2, ['f2@1']);
    for (const seq of [0, 1]) hub.batch('l', 2, batchOf(seq, { suspect: true }));
    let given = assigned(hub.worker('w', 1, ['f0@1', 'f1@1', 'f2@1'])).length;
    hub.catchUp((effects) => (given += assigned(effects).length));
    expect(given).toBe(1);
  });

  it('never tells of, nor gives, what no worker offers, and in the end each job knows its slots', () => {
    const operation = fc.constantFrom(...names(6));
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('offer' as const),
        worker: fc.nat(2),
        slots: fc.integer({ min: 1, max: 3 }),
        offers: fc.uniqueArray(operation, { minLength: 1 }),
      }),
      fc.record({ kind: fc.constant('leave' as const), worker: fc.nat(2) }),
      fc.record({ kind: fc.constant('open' as const), operation }),
      fc.record({ kind: fc.constant('batch' as const), at: fc.nat(20), suspect: fc.boolean() }),
      fc.record({ kind: fc.constant('close' as const), at: fc.nat(20) }),
      fc.record({ kind: fc.constant('tick' as const) }),
    );
    const few = fc.integer({ min: 1, max: 4 });
    const pieces = fc.record({ told: few, fitted: few, lost: few });
    fc.assert(
      fc.property(pieces, fc.array(step, { minLength: 5, maxLength: 40 }), (pieces, steps) => {
        const hub = new HubUnderTest({ maxJobsPerLeader: 100, maxBatchesPerLeader: 100 }, pieces);
        hub.leader('l');
        const jobs = new Map<number, string>();
        const known = new Map<number, number>();
        const workers = new Map<string, { slots: number; offers: readonly string[] }>();
        const slotsOf = (job: number): number =>
          [...workers.values()].reduce((sum, { slots, offers }) => (offers.includes(jobs.get(job) ?? '') ? sum + slots : sum), 0);
        const hear = (effects: Effects): void => {
          for (const [, message] of toLeaders(effects)) {
            if (message.type !== 'capacity') continue;
            expect(message.slots).toBeLessThanOrEqual(slotsOf(message.job));
            known.set(message.job, message.slots);
          }
          for (const effect of effects) {
            if (effect.type !== 'toWorker' || effect.message.type !== 'assign') continue;
            const job = leaderOf(effect.message.jobId).number;
            expect(workers.get(effect.workerId)?.offers).toContain(jobs.get(job));
          }
        };
        steps.forEach((each, at) => {
          hub.now += 100;
          if (each.kind === 'offer') {
            const id = `w${each.worker}`;
            const isNew = !workers.has(id);
            workers.set(id, each);
            const offers = offering(...each.offers);
            if (isNew) hear(hub.worker(id, each.slots, offers.operations));
            else hear(hub.fromWorker(id, { type: 'offer', slots: each.slots, offers }));
          } else if (each.kind === 'leave' && workers.delete(`w${each.worker}`)) {
            hear(hub.handle({ type: 'workerLeft', workerId: `w${each.worker}`, reason: 'gone', how: 'closed' }));
          } else if (each.kind === 'open') {
            jobs.set(at, each.operation);
            known.set(at, -1);
            hear(hub.open('l', at, { operation: each.operation }));
          } else if (each.kind === 'batch' && jobs.has(each.at)) {
            hear(hub.batch('l', each.at, batchOf(at, { suspect: each.suspect })));
          } else if (each.kind === 'close' && jobs.delete(each.at)) {
            hear(hub.fromLeader('l', { type: 'close', job: each.at }));
            known.delete(each.at);
          } else if (each.kind === 'tick') hear(hub.handle({ type: 'tick' }));
        });
        for (let ticks = 0; (hub.scheduler.nextDeadline() ?? Infinity) <= hub.now + 100; ticks += 1) {
          expect(ticks).toBeLessThan(10_000);
          hub.now += 10;
          hear(hub.handle({ type: 'tick' }));
        }
        for (const [job, slots] of known) expect([job, slots]).toEqual([job, slotsOf(job)]);
      }),
      { numRuns: 300 },
    );
  });
});
