import { describe, expect, it } from 'vitest';
import { maxBreakageLength, maxBreakages } from '../../src/limits.js';
import { assigned, batchOf, HubUnderTest, limits, resultOf, ticket, toLeaders, toWorkers } from './scheduler-harness.js';

describe('the scheduler', () => {
  it('welcomes with its epoch and limits', () => {
    const hub = new HubUnderTest();
    expect(hub.handle({ type: 'leaderJoined', leaderId: 'l', name: '' })).toEqual([
      { type: 'toLeader', leaderId: 'l', message: { type: 'welcome', id: 'l', epoch: 'e1', limits } },
    ]);
    expect(hub.handle({ type: 'workerJoined', workerId: 'w', name: '' })).toEqual([
      { type: 'toWorker', workerId: 'w', message: { type: 'welcome', id: 'w', epoch: 'e1', limits } },
    ]);
  });

  it('sends a job once to a worker, then its batches', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 2);
    hub.open('l', 1);
    expect(toWorkers(hub.batch('l', 1, batchOf(0)))).toEqual([
      [
        'w',
        { type: 'job', jobId: 'l:1', description: { stages: [{ kind: 'map', operation: 'f', version: 1 }], serializer: 'json' } },
      ],
      ['w', { type: 'assign', jobId: 'l:1', ticket: ticket('secret', 'w', batchOf(0)), batch: batchOf(0) }],
    ]);
    expect(toWorkers(hub.batch('l', 1, batchOf(1)))).toEqual([
      ['w', { type: 'assign', jobId: 'l:1', ticket: ticket('secret', 'w', batchOf(1)), batch: batchOf(1) }],
    ]);
  });

  it('passes a result on, and gives its slot the next batch', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 1);
    hub.open('l', 1);
    hub.batch('l', 1, batchOf(0));
    expect(hub.batch('l', 1, batchOf(1))).toEqual([]);
    const effects = hub.result('w', 'l:1', 0, { elapsedMs: 100 });
    expect(toLeaders(effects)).toEqual([
      ['l', { type: 'result', job: 1, workerId: 'w', result: resultOf(0, { elapsedMs: 100 }) }],
    ]);
    expect(assigned(effects)).toEqual(['w: l:1/1']);
  });

  it('spreads batches over workers, least recently used first', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w1', 2);
    hub.worker('w2', 1);
    hub.open('l', 1);
    expect([0, 1, 2].flatMap((seq) => assigned(hub.batch('l', 1, batchOf(seq))))).toEqual([
      'w1: l:1/0',
      'w2: l:1/1',
      'w1: l:1/2',
    ]);
  });

  it('queues the lowest index first, whatever comes later', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 1);
    hub.open('l', 1);
    for (const seq of [5, 7, 6]) hub.batch('l', 1, batchOf(seq));
    hub.batch('l', 1, batchOf(9, { first: 0 }));
    const order = [5, 9, 6].flatMap((seq) => assigned(hub.result('w', 'l:1', seq, { elapsedMs: 100 })));
    expect(order).toEqual(['w: l:1/9', 'w: l:1/6', 'w: l:1/7']);
  });

  it('sends only cheap batches ahead: for each slot about as many as bridge a trip', () => {
    for (const [elapsedMs, ahead] of [
      [99, 1],
      [101, 0],
      [1, 4],
      [0.01, 16],
    ] as const) {
      const hub = new HubUnderTest({ maxBatchesPerLeader: 100 });
      hub.leader('l');
      hub.worker('w', 1);
      hub.open('l', 1);
      hub.batch('l', 1, batchOf(0));
      hub.result('w', 'l:1', 0, { elapsedMs });
      const sent = Array.from({ length: 30 }, (_, at) => assigned(hub.batch('l', 1, batchOf(at + 1)))).flat();
      expect(sent).toHaveLength(1 + ahead);
    }
  });

  it('sends nothing ahead where a job of other needs comes before it in turn that cannot be sent ahead', () => {
    const hub = new HubUnderTest({ maxBatchesPerLeader: 100 });
    hub.leader('l');
    hub.worker('w', 1, ['f@1', 'g@1']);
    hub.open('l', 1);
    hub.batch('l', 1, batchOf(0));
    hub.result('w', 'l:1', 0, { elapsedMs: 20 });
    for (let seq = 1; seq < 10; seq += 1) hub.batch('l', 1, batchOf(seq));
    hub.open('l', 2, { operation: 'g' });
    hub.batch('l', 2, batchOf(0));
    const order = [1, 2].flatMap((seq) => assigned(hub.result('w', 'l:1', seq, { elapsedMs: 20 })));
    expect(order).toEqual(['w: l:2/0']);
    // Nor what comes next from its leader.
    expect(assigned(hub.batch('l', 1, batchOf(10)))).toEqual([]);
  });

  it('sends nothing ahead behind a slow batch', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 1);
    hub.open('l', 1);
    hub.open('l', 2);
    hub.batch('l', 1, batchOf(0));
    hub.result('w', 'l:1', 0);
    hub.batch('l', 2, batchOf(0));
    expect(assigned(hub.batch('l', 1, batchOf(1)))).toEqual([]);
  });

  it('lets jobs take turns by the execution time that they were given', () => {
    const hub = new HubUnderTest({ maxBatchesPerLeader: 100 });
    hub.leader('a');
    hub.leader('b');
    hub.worker('w', 1);
    hub.open('a', 1);
    hub.open('b', 1);
    for (let seq = 0; seq < 12; seq += 1) hub.batch('a', 1, batchOf(seq));
    for (let seq = 0; seq < 12; seq += 1) hub.batch('b', 1, batchOf(seq));
    const turns: string[] = [];
    let running: string | undefined = 'a:1/0';
    for (let turn = 0; turn < 12; turn += 1) {
      const [jobId = '', seq = '']: string[] = (running ?? '').split('/');
      const cost = jobId === 'a:1' ? 300 : 100;
      [running] = assigned(hub.result('w', jobId, Number(seq), { elapsedMs: cost })).map((line) => line.slice(3));
      turns.push((running ?? '').slice(0, 1));
    }
    expect(turns.filter((turn) => turn === 'b')).toHaveLength(9);
  });

  it.each([1, 4])('lets jobs take turns whose batches seem to take no time, on %i slots', (slots) => {
    const hub = new HubUnderTest({ maxBatchesPerLeader: 1_000, maxBytesPerLeader: 10_000 });
    hub.leader('a');
    for (const job of [1, 2, 3]) hub.open('a', job);
    for (let seq = 0; seq < 300; seq += 1) for (const job of [1, 2, 3]) hub.batch('a', job, batchOf(seq));
    const running = assigned(hub.worker('w', slots)).map((line) => line.slice(3));
    const turns: string[] = [];
    for (let turn = 0; turn < 400; turn += 1) {
      const [jobId = '', seq = '']: string[] = (running.shift() ?? '').split('/');
      turns.push(jobId);
      running.push(...assigned(hub.result('w', jobId, Number(seq), { elapsedMs: 0 })).map((line) => line.slice(3)));
    }
    // Until all have an answer, they are thought to cost what is usual.
    const later = turns.slice(100);
    for (const job of ['a:1', 'a:2', 'a:3']) expect(later.filter((turn) => turn === job).length).toBeGreaterThanOrEqual(50);
  });

  it.each([
    ['gives a job that comes back no credit for what it was charged too much', 'before it was absent for long', 80, 0, 15],
    ['gives a job that comes back what it was charged too much', 'where it was not absent for long', 0, 4, 15],
  ])('%s %s', (_, __, others, least, most) => {
    const hub = new HubUnderTest({ maxBatchesPerLeader: 1_000, maxBytesPerLeader: 10_000 });
    hub.leader('a');
    hub.leader('b');
    hub.worker('w', 4);
    hub.open('a', 1);
    hub.open('b', 1);
    hub.batch('a', 1, batchOf(0));
    hub.result('w', 'a:1', 0, { elapsedMs: 60_000 });
    // Charged 60 s each.
    for (const seq of [1, 2, 3]) hub.batch('a', 1, batchOf(seq));
    for (let seq = 0; seq < 200; seq += 1) hub.batch('b', 1, batchOf(seq));
    for (let seq = 0; seq < others; seq += 1) hub.result('w', 'b:1', seq, { elapsedMs: 4_000 });
    for (let seq = 4; seq < 40; seq += 1) hub.batch('a', 1, batchOf(seq));
    let given: string[] = [];
    // They took 20 ms each.
    for (const seq of [1, 2, 3]) given.push(...assigned(hub.result('w', 'a:1', seq, { elapsedMs: 20 })));
    const turns: string[] = [];
    for (let turn = 0; turn < 20; turn += 1) {
      const [next = '', ...rest] = given;
      turns.push(next);
      const [jobId = '', seq = ''] = next.slice(3).split('/');
      given = [...rest, ...assigned(hub.result('w', jobId, Number(seq), { elapsedMs: 200 }))];
    }
    const own = turns.filter((turn) => turn.includes('a:1')).length;
    expect(own).toBeGreaterThanOrEqual(least);
    expect(own).toBeLessThanOrEqual(most);
  });

  it('gives a job of higher priority a larger share, and starves none', () => {
    const hub = new HubUnderTest({ maxBatchesPerLeader: 1_000, maxBytesPerLeader: 10_000 });
    hub.leader('a');
    hub.leader('b');
    hub.open('a', 1, { priority: 2 });
    hub.open('b', 1);
    for (let seq = 0; seq < 100; seq += 1) {
      hub.batch('a', 1, batchOf(seq));
      hub.batch('b', 1, batchOf(seq));
    }
    let [running] = assigned(hub.worker('w', 1)).map((line) => line.slice(3));
    const turns: string[] = [];
    for (let turn = 0; turn < 50; turn += 1) {
      const [jobId = '', seq = '']: string[] = (running ?? '').split('/');
      [running] = assigned(hub.result('w', jobId, Number(seq), { elapsedMs: 100 })).map((line) => line.slice(3));
      turns.push((running ?? '').slice(0, 1));
    }
    expect(turns.filter((turn) => turn === 'b').length).toBeGreaterThanOrEqual(9);
    expect(turns.filter((turn) => turn === 'b').length).toBeLessThanOrEqual(12);
  });

  it('gives a job that comes late no credit for its absence', () => {
    const hub = new HubUnderTest({ maxBatchesPerLeader: 100 });
    hub.leader('a');
    hub.leader('b');
    hub.worker('w', 1);
    hub.open('a', 1);
    hub.open('b', 1);
    for (let seq = 0; seq < 20; seq += 1) hub.batch('a', 1, batchOf(seq));
    for (let seq = 0; seq < 10; seq += 1) hub.result('w', 'a:1', seq, { elapsedMs: 100 });
    for (let seq = 0; seq < 10; seq += 1) hub.batch('b', 1, batchOf(seq));
    const next = assigned(hub.result('w', 'a:1', 10, { elapsedMs: 100 }));
    const after = assigned(hub.result('w', 'b:1', 0, { elapsedMs: 100 }));
    expect([...next, ...after]).toEqual(['w: b:1/0', 'w: a:1/11']);
  });

  it('gives a batch only to workers that offer its operation and carry its labels', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w1', 1, ['f@1', 'g@2']);
    hub.worker('w2', 1, ['f@1'], ['gpu']);
    hub.open('l', 1, { labels: ['gpu'] });
    expect(assigned(hub.batch('l', 1, batchOf(0)))).toEqual(['w2: l:1/0']);
    expect(toLeaders(hub.open('l', 2, { operation: 'g' }))).toEqual([
      [
        'l',
        {
          type: 'capacity',
          job: 2,
          slots: 0,
          leased: 0,
          missing: "no worker offers operation 'g@1'; operations on offer: f@1, g@2",
          operation: 'g',
        },
      ],
    ]);
  });

  it('says nothing of slots to a leader that knows them as it opens a job', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 2);
    expect(toLeaders(hub.open('l', 1, { slots: 2 }))).toEqual([]);
    expect(toLeaders(hub.open('l', 2, { slots: 3 }))).toEqual([['l', expect.objectContaining({ type: 'capacity', slots: 2 })]]);
    expect(toLeaders(hub.open('l', 3, { operation: 'g', slots: 0 }))).toEqual([['l', expect.objectContaining({ slots: 0 })]]);
  });

  it('tells leaders how many slots there are, as workers come and go', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    const slots = (effects: Parameters<typeof toLeaders>[0]): unknown[] =>
      toLeaders(effects).map(([, message]) => (message.type === 'capacity' ? message.slots : message.type));
    expect(slots(hub.open('l', 1))).toEqual([0]);
    expect(slots(hub.worker('w1', 2))).toEqual([2]);
    expect(slots(hub.worker('w2', 3))).toEqual([5]);
    expect(slots(hub.fromWorker('w1', { type: 'draining' }))).toEqual([3]);
    expect(slots(hub.handle({ type: 'workerLeft', workerId: 'w2', reason: 'gone', how: 'silent' }))).toEqual([0]);
  });

  it('tells nothing of slots for a job that is closed, though a worker that has drained has its last batch', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.open('l', 1);
    hub.worker('w', 1);
    hub.batch('l', 1, batchOf(0));
    hub.fromWorker('w', { type: 'draining' });
    expect(toLeaders(hub.fromLeader('l', { type: 'close', job: 1 }))).toEqual([]);
  });

  it('tells leaders that find no worker why the last one broke, until one offers the same again', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    const missing = (effects: Parameters<typeof toLeaders>[0]): unknown[] =>
      toLeaders(effects).map(([, message]) => (message.type === 'capacity' ? message.missing : message.type));
    hub.worker('w1', 1);
    hub.worker('w2', 1, ['f@1', 'g@1']);
    hub.open('l', 1);
    const why = (id: string, reason: string): string => `no worker is connected; worker ${id} offered that, and broke: ${reason}`;
    expect(missing(hub.fromWorker('w1', { type: 'draining', broken: 'it exited with code 5' }))).toEqual(['']);
    expect(missing(hub.fromWorker('w2', { type: 'draining', broken: 'out of \u009Bmemory' }))).toEqual([
      why('w2', 'out of \uFFFDmemory'),
    ]);
    expect(missing(hub.open('l', 2))).toEqual([why('w2', 'out of \uFFFDmemory')]);
    expect(missing(hub.open('l', 3, { operation: 'h' }))).toEqual(['no worker is connected']);
    expect(missing(hub.worker('w3', 1, ['f@1', 'g@1'])).slice(0, 2)).toEqual(['', '']);
    const none = 'no worker is connected';
    expect(missing(hub.fromWorker('w3', { type: 'draining' }))).toEqual([none, none, none]);
  });

  it.each([
    ['offered less', ['f@1', 'g@1'], false],
    ['offered less than everything', [], true],
  ])('still tells why a worker broke where another one %s', (_, operations, everything) => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w1', 1, ['x@1']);
    hub.fromWorker('w1', { type: 'offer', slots: 1, offers: { operations, serializers: ['json'], labels: [], everything } });
    hub.fromWorker('w1', { type: 'draining', broken: 'it broke' });
    hub.worker('w2', 1, ['f@1']);
    hub.fromWorker('w2', { type: 'draining' });
    const [[, told] = []] = toLeaders(hub.open('l', 1, { operation: 'g' }));
    expect(told).toMatchObject({ missing: 'no worker is connected; worker w1 offered that, and broke: it broke' });
  });

  it('tells why a worker broke that says so before it says what it offered', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.open('l', 1);
    hub.open('l', 2, { operation: 'h' });
    hub.handle({ type: 'workerJoined', workerId: 'w', name: '' });
    hub.fromWorker('w', { type: 'report', jobs: [], ending: [] });
    expect(toLeaders(hub.fromWorker('w', { type: 'draining', broken: 'it broke' }))).toEqual([]);
    const offer = { type: 'offer', slots: 1, offers: { operations: ['f@1'], serializers: ['json'], labels: [] } } as const;
    const missing = 'no worker is connected; worker w offered that, and broke: it broke';
    expect(toLeaders(hub.fromWorker('w', offer))).toMatchObject([['l', { job: 1, slots: 0, missing }]]);
    // Said again, it is nothing new.
    expect(toLeaders(hub.fromWorker('w', offer))).toEqual([]);
  });

  it('tells why a worker broke that was draining already, once', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.open('l', 1);
    hub.worker('w', 1);
    const none = 'no worker is connected';
    expect(toLeaders(hub.fromWorker('w', { type: 'draining' }))).toMatchObject([['l', { missing: none }]]);
    const missing = `${none}; worker w offered that, and broke: it broke`;
    expect(toLeaders(hub.fromWorker('w', { type: 'draining', broken: 'it broke' }))).toMatchObject([['l', { missing }]]);
    expect(toLeaders(hub.fromWorker('w', { type: 'draining', broken: 'it broke again' }))).toEqual([]);
  });

  it('tells why a worker broke while it drained that has not said yet what it offered', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.open('l', 1);
    hub.handle({ type: 'workerJoined', workerId: 'w', name: '' });
    hub.fromWorker('w', { type: 'report', jobs: [], ending: [] });
    hub.fromWorker('w', { type: 'draining' });
    expect(toLeaders(hub.fromWorker('w', { type: 'draining', broken: 'it broke' }))).toEqual([]);
    const offers = { operations: ['f@1'], serializers: ['json'], labels: [] };
    const missing = 'no worker is connected; worker w offered that, and broke: it broke';
    expect(toLeaders(hub.fromWorker('w', { type: 'offer', slots: 1, offers }))).toMatchObject([['l', { missing }]]);
  });

  it('tells of the beginning of a long reason why a worker broke', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 1);
    hub.fromWorker('w', { type: 'draining', broken: `it broke ${'\u4E2D'.repeat(2_000)}` });
    const [[, told] = []] = toLeaders(hub.open('l', 1));
    const missing = told?.type === 'capacity' ? told.missing : undefined;
    const before = 'no worker is connected; worker w offered that, and broke: ';
    expect(missing).toMatch(/: it broke \u4E2D+…$/u);
    expect(missing).toHaveLength(before.length + maxBreakageLength);
  });

  it('remembers a few broken workers, and forgets the one that broke first', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    for (let at = 0; at <= maxBreakages; at += 1) {
      hub.worker(`w${at}`, 1, [`o${at}@1`]);
      hub.fromWorker(`w${at}`, { type: 'draining', broken: 'it broke' });
    }
    const missing = [0, 1, maxBreakages].map((at) => hub.open('l', at + 1, { operation: `o${at}` }));
    expect(missing.flatMap(toLeaders).map(([, message]) => message)).toMatchObject([
      { missing: 'no worker is connected' },
      { missing: expect.stringContaining('worker w1 offered that') as unknown },
      { missing: expect.stringContaining(`worker w${maxBreakages} offered that`) as unknown },
    ]);
  });

  it('gives the leases of a worker that left back as lost: those in its slots as gone, those beyond as not begun', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 1);
    hub.open('l', 1);
    hub.batch('l', 1, batchOf(0));
    hub.result('w', 'l:1', 0, { elapsedMs: 20 });
    hub.batch('l', 1, batchOf(1));
    hub.batch('l', 1, batchOf(2));
    const lost = toLeaders(hub.handle({ type: 'workerLeft', workerId: 'w', reason: 'transport close', how: 'silent' })).filter(
      ([, message]) => message.type === 'lost',
    );
    expect(lost).toEqual([
      [
        'l',
        {
          type: 'lost',
          job: 1,
          workerId: 'w',
          loss: { seq: 1, attempt: 1, cause: 'gone', alone: false, reason: 'transport close' },
        },
      ],
      ['l', { type: 'lost', job: 1, workerId: 'w', loss: { seq: 2, attempt: 1, cause: 'returned', reason: 'transport close' } }],
    ]);
  });

  it('blames nobody for what a worker had that closed in good order', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 1);
    hub.open('l', 1);
    hub.batch('l', 1, batchOf(0));
    expect(toLeaders(hub.handle({ type: 'workerLeft', workerId: 'w', reason: 'closed', how: 'closed' }))).toContainEqual([
      'l',
      { type: 'lost', job: 1, workerId: 'w', loss: { seq: 0, attempt: 1, cause: 'wasted', reason: 'closed' } },
    ]);
  });

  it('takes a batch that was sent twice for one, whether it is queued or leased', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.open('l', 1);
    hub.batch('l', 1, batchOf(0));
    hub.batch('l', 1, batchOf(0));
    expect(assigned(hub.worker('w', 2))).toEqual(['w: l:1/0']);
    expect(hub.batch('l', 1, batchOf(0))).toEqual([]);
    expect(hub.scheduler.status(0).counters).toMatchObject({ batches: 1, strayMessages: 2 });
  });

  it('passes on what a worker reports as lost, and uses the slot again', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 1);
    hub.open('l', 1);
    hub.batch('l', 1, batchOf(0));
    hub.batch('l', 1, batchOf(1));
    const loss = { seq: 0, attempt: 1, cause: 'death', offset: 0, reason: 'thread exited' } as const;
    const effects = hub.fromWorker('w', { type: 'lost', jobId: 'l:1', loss });
    expect(toLeaders(effects)).toEqual([['l', { type: 'lost', job: 1, workerId: 'w', loss }]]);
    expect(assigned(effects)).toEqual(['w: l:1/1']);
  });

  it('drops and counts results from whoever does not hold the lease', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w1', 1);
    hub.worker('w2', 1);
    hub.open('l', 1);
    hub.batch('l', 1, batchOf(0));
    expect(hub.result('w2', 'l:1', 0)).toEqual([]);
    expect(hub.result('w1', 'l:1', 0, { attempt: 2 })).toEqual([]);
    expect(hub.result('w1', 'x:1', 0)).toEqual([]);
    expect(hub.scheduler.status(0).counters).toMatchObject({ staleResults: 3, results: 0 });
    hub.result('w1', 'l:1', 0);
    expect(hub.result('w1', 'l:1', 0)).toEqual([]);
    expect(hub.scheduler.status(0).counters).toMatchObject({ staleResults: 4, results: 1 });
  });

  it('closes a job everywhere, and forgets it', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 1);
    hub.open('l', 1);
    hub.batch('l', 1, batchOf(0));
    hub.batch('l', 1, batchOf(1));
    expect(hub.fromLeader('l', { type: 'close', job: 1 })).toEqual([
      { type: 'toWorker', workerId: 'w', message: { type: 'close', jobId: 'l:1' } },
    ]);
    expect(hub.scheduler.status(0)).toMatchObject({ jobs: [], workers: [{ leased: 0 }] });
  });

  it('closes the jobs of a leader that left', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 1);
    hub.open('l', 1);
    hub.batch('l', 1, batchOf(0));
    expect(toWorkers(hub.handle({ type: 'leaderLeft', leaderId: 'l', how: 'closed' }))).toEqual([
      ['w', { type: 'close', jobId: 'l:1' }],
    ]);
    expect(hub.scheduler.status(0)).toMatchObject({ jobs: [], leaders: [] });
  });

  it('refuses what goes beyond its limits, naming the limit, and leaves other jobs alone', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    for (const job of [1, 2, 3]) hub.open('l', job);
    const refusals = (effects: Parameters<typeof toLeaders>[0]): unknown[] =>
      toLeaders(effects).map(([, message]) =>
        message.type === 'refused' ? [message.job, message.code, message.message] : message.type,
      );
    expect(refusals(hub.open('l', 4))).toEqual([
      [4, 'LIMIT_EXCEEDED', "the hub's limit is reached: more than 3 jobs open at once (maxJobsPerLeader)"],
    ]);
    for (let seq = 0; seq < 8; seq += 1) hub.batch('l', 1, batchOf(seq));
    expect(refusals(hub.batch('l', 2, batchOf(0)))).toEqual([
      [2, 'LIMIT_EXCEEDED', "the hub's limit is reached: more than 8 batches at the hub (maxBatchesPerLeader)"],
    ]);
    hub.fromLeader('l', { type: 'close', job: 1 });
    hub.batch('l', 3, batchOf(0, { payload: new Uint8Array(90) }));
    expect(refusals(hub.batch('l', 3, batchOf(1, { payload: new Uint8Array(11) })))).toEqual([
      [3, 'LIMIT_EXCEEDED', "the hub's limit is reached: more than 100 payload bytes at the hub (maxBytesPerLeader)"],
    ]);
    // What was under way to a refused job is no mistake of the leader's.
    expect(hub.batch('l', 3, batchOf(2))).toEqual([]);
    expect(hub.scheduler.status(0).counters).toMatchObject({ refused: 3, strayMessages: 1 });
  });

  it('takes a job that was opened twice for one', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.open('l', 1);
    hub.batch('l', 1, batchOf(0));
    expect(hub.open('l', 1)).toEqual([]);
    expect(assigned(hub.worker('w', 2))).toEqual(['w: l:1/0']);
  });

  it('expels a worker that speaks before it has reported what it has', () => {
    const hub = new HubUnderTest();
    hub.handle({ type: 'workerJoined', workerId: 'w', name: '' });
    const reason = "'draining' before it has reported what it has";
    expect(hub.fromWorker('w', { type: 'draining' })).toEqual([
      { type: 'expel', role: 'worker', id: 'w', code: 'PROTOCOL', reason },
    ]);
  });

  it('gives nothing to a draining worker, and takes its results', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 2);
    hub.open('l', 1);
    hub.batch('l', 1, batchOf(0));
    hub.fromWorker('w', { type: 'draining' });
    expect(assigned(hub.batch('l', 1, batchOf(1)))).toEqual([]);
    const told = toLeaders(hub.result('w', 'l:1', 0)).map(([, message]) => message);
    expect(told).toContainEqual(expect.objectContaining({ type: 'capacity', slots: 0, leased: 0 }));
    expect(told).toContainEqual({ type: 'result', job: 1, workerId: 'w', result: resultOf(0) });
    expect(toWorkers(hub.fromWorker('w', { type: 'leaving' }))).toEqual([['w', { type: 'goodbye', reason: 'all has arrived' }]]);
  });

  it('tells nothing to workers that are away', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 1);
    hub.open('l', 1);
    hub.batch('l', 1, batchOf(0));
    hub.handle({ type: 'workerLeft', workerId: 'w', how: 'lost', reason: '' });
    expect(toWorkers(hub.fromLeader('l', { type: 'close', job: 1 }))).toEqual([]);
  });

  it('says goodbye to all, and assigns nothing more', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 1);
    hub.open('l', 1);
    const goodbye = { type: 'goodbye', reason: 'bye' } as const;
    expect(hub.handle({ type: 'closing', reason: 'bye' })).toEqual([
      { type: 'toLeader', leaderId: 'l', message: goodbye },
      { type: 'toWorker', workerId: 'w', message: goodbye },
    ]);
    expect(assigned(hub.batch('l', 1, batchOf(0)))).toEqual([]);
  });

  it('refuses events of peers that are not there, and stays as it was', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    expect(() => hub.open('x', 1)).toThrow('leader x is not connected');
    expect(() => {
      hub.leader('l');
    }).toThrow('leader l joined twice');
    hub.worker('w', 1);
    expect(() => hub.worker('w', 1)).toThrow('worker w joined twice');
    expect(hub.scheduler.status(0).leaders).toHaveLength(1);
  });
});
