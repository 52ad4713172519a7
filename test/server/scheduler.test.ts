import { describe, expect, it } from 'vitest';
import { assigned, batchOf, HubUnderTest, limits, openHub, resultOf, ticket, toLeaders, toWorkers } from './scheduler-harness.js';

describe('the scheduler', () => {
  it('welcomes with its epoch and limits', () => {
    const hub = new HubUnderTest();
    expect(hub.leaderJoined('l')).toEqual([
      { type: 'toLeader', leaderId: 'l', message: { type: 'welcome', id: 'l', epoch: 'e1', limits } },
    ]);
    expect(hub.workerJoined('w')).toEqual([
      { type: 'toWorker', workerId: 'w', message: { type: 'welcome', id: 'w', epoch: 'e1', limits } },
    ]);
  });

  it('sends a job once to a worker, then its batches', () => {
    const hub = openHub(2);
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
    const hub = openHub(1);
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
    const hub = openHub(1);
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
      const hub = openHub(1, { maxBatchesPerLeader: 100 });
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
    const hub = openHub(1);
    hub.open('l', 2);
    hub.batch('l', 1, batchOf(0));
    hub.result('w', 'l:1', 0);
    hub.batch('l', 2, batchOf(0));
    expect(assigned(hub.batch('l', 1, batchOf(1)))).toEqual([]);
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
          missing: "no worker offers operation 'g@1' (did you mean 'g@2'?); operations on offer: f@1, g@2",
          operation: 'g',
        },
      ],
    ]);
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

  it('gives the leases of a worker that left back as lost: those in its slots as gone, those beyond as not begun', () => {
    const hub = openHub(1);
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
    const hub = openHub(1);
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
    expect(hub.status().counters).toMatchObject({ batches: 1, strayMessages: 2 });
  });

  it('passes on what a worker reports as lost, and uses the slot again', () => {
    const hub = openHub(1);
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
    expect(hub.status().counters).toMatchObject({ staleResults: 3, results: 0 });
    hub.result('w1', 'l:1', 0);
    expect(hub.result('w1', 'l:1', 0)).toEqual([]);
    expect(hub.status().counters).toMatchObject({ staleResults: 4, results: 1 });
  });

  it('closes a job everywhere, and forgets it', () => {
    const hub = openHub(1);
    hub.batch('l', 1, batchOf(0));
    hub.batch('l', 1, batchOf(1));
    expect(hub.fromLeader('l', { type: 'close', job: 1 })).toEqual([
      { type: 'toWorker', workerId: 'w', message: { type: 'close', jobId: 'l:1' } },
    ]);
    expect(hub.status()).toMatchObject({ jobs: [], workers: [{ leased: 0 }] });
  });

  it('closes the jobs of a leader that left', () => {
    const hub = openHub(1);
    hub.batch('l', 1, batchOf(0));
    expect(toWorkers(hub.handle({ type: 'leaderLeft', leaderId: 'l', how: 'closed' }))).toEqual([
      ['w', { type: 'close', jobId: 'l:1' }],
    ]);
    expect(hub.status()).toMatchObject({ jobs: [], leaders: [] });
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
    expect(hub.status().counters).toMatchObject({ refused: 3, strayMessages: 1 });
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
    hub.workerJoined('w');
    const reason = "'draining' before it has reported what it has";
    expect(hub.fromWorker('w', { type: 'draining' })).toEqual([
      { type: 'expel', role: 'worker', id: 'w', code: 'PROTOCOL', reason },
    ]);
  });

  it('gives nothing to a draining worker, and takes its results', () => {
    const hub = openHub(2);
    hub.batch('l', 1, batchOf(0));
    hub.fromWorker('w', { type: 'draining' });
    expect(assigned(hub.batch('l', 1, batchOf(1)))).toEqual([]);
    const told = toLeaders(hub.result('w', 'l:1', 0)).map(([, message]) => message);
    expect(told).toContainEqual(expect.objectContaining({ type: 'capacity', slots: 0, leased: 0 }));
    expect(told).toContainEqual({ type: 'result', job: 1, workerId: 'w', result: resultOf(0) });
    expect(toWorkers(hub.fromWorker('w', { type: 'leaving' }))).toEqual([['w', { type: 'goodbye', reason: 'all has arrived' }]]);
  });

  it('tells nothing to workers that are away', () => {
    const hub = openHub(1);
    hub.batch('l', 1, batchOf(0));
    hub.handle({ type: 'workerLeft', workerId: 'w', how: 'lost', reason: '' });
    expect(toWorkers(hub.fromLeader('l', { type: 'close', job: 1 }))).toEqual([]);
  });

  it('says goodbye to all, and assigns nothing more', () => {
    const hub = openHub(1);
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
    expect(hub.status().leaders).toHaveLength(1);
  });
});
