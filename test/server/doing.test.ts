import { describe, expect, it } from 'vitest';
import type { ReportedDoing } from '../../src/protocol/messages.js';
import { askedOf, laneCells, maxLanes } from '../../server/core/doing.js';
import { HubUnderTest, toWorkers } from './scheduler-harness.js';

const vitals = { loopDelayMs: 3, cores: 0.5, memoryBytes: 1_000_000 };

const doing = (changes: Partial<ReportedDoing> = {}): { readonly type: 'doing' } & ReportedDoing => ({
  type: 'doing',
  names: ['f', 'g → h'],
  slots: [
    { operation: 0, forMs: 9_000.4, most: 1, busy: 0.5 },
    { operation: -1, forMs: 0, most: -1, busy: 0 },
  ],
  vitals,
  ...changes,
});

function watchedHub(slots = 2): HubUnderTest {
  const hub = new HubUnderTest();
  hub.worker('w', slots);
  hub.handle({ type: 'watched' });
  return hub;
}

describe('what workers say that they do', () => {
  it('is told with each worker, by names', () => {
    const hub = watchedHub();
    expect(hub.overview().workers[0]).toMatchObject({ executing: [], lanes: [] });
    hub.fromWorker('w', doing());
    const { workers, operations } = hub.overview();
    expect(operations).toEqual(['f', 'g → h']);
    expect(workers[0]).toMatchObject({
      vitals,
      executing: [
        { operation: 0, forMs: 9_000 },
        { operation: -1, forMs: 0 },
      ],
      lanes: [[{ operation: 1, busy: 0.5 }], [{ operation: -1, busy: 0 }]],
    });
    expect(hub.status().workers[0]).toMatchObject({ vitals, executing: [{ operation: 'f', forMs: 9_000 }] });
  });

  it('is forgotten when nobody watches, and with the connection', () => {
    const hub = watchedHub();
    hub.fromWorker('w', doing());
    hub.handle({ type: 'workerLeft', workerId: 'w', how: 'lost', reason: '' });
    hub.worker('w', 2);
    expect(hub.overview().workers[0]).toMatchObject({ executing: [], lanes: [] });
    hub.fromWorker('w', doing());
    hub.now = 10_000;
    hub.handle({ type: 'tick' });
    expect(hub.overview().workers[0]).toMatchObject({ executing: [], lanes: [] });
    // It was on its way.
    hub.fromWorker('w', doing());
    expect(hub.overview().workers[0]).toMatchObject({ executing: [], lanes: [] });
  });

  it('counts names that it does not tell as none, and slots that it does not have not at all', () => {
    const hub = watchedHub(1);
    hub.fromWorker('w', doing({ names: [], slots: [0, 1, 2].map(() => ({ operation: 5, forMs: 1, most: 7, busy: 1 })) }));
    expect(hub.overview().workers[0]).toMatchObject({
      executing: [{ operation: -1, forMs: 0 }],
      lanes: [[{ operation: -1, busy: 1 }]],
    });
  });

  it('goes on while a worker says nothing more', () => {
    const hub = watchedHub(2);
    hub.now = 1_000;
    hub.handle({ type: 'watched' });
    const busy = { operation: 0, forMs: 300, most: 0, busy: 1 };
    hub.fromWorker('w', doing({ slots: [busy, { ...busy, operation: -1, forMs: 0 }] }));
    hub.now = 5_000;
    const [worker] = hub.overview().workers;
    expect(worker?.executing.map(({ forMs }) => forMs)).toEqual([4_300, 0]);
    expect(hub.status().workers[0]?.executing).toEqual([{ operation: 'f', forMs: 4_300 }]);
  });

  it('is a minute of half seconds, with gaps where nothing was said', () => {
    const hub = watchedHub(1);
    const say = (at: number, busy: number): void => {
      hub.now = at;
      hub.handle({ type: 'watched' });
      hub.fromWorker('w', doing({ slots: [{ operation: 0, forMs: 0, most: 0, busy }] }));
    };
    const lane = (): number[] | undefined => hub.overview().workers[0]?.lanes[0]?.map(({ busy }) => busy);
    // Two in one half second, none in the next: they follow each other.
    for (const [at, busy] of [
      [500, 0.1],
      [1_010, 0.2],
      [1_490, 0.3],
      [2_010, 0.4],
    ] as const) {
      say(at, busy);
    }
    expect(lane()).toEqual([0.1, 0.2, 0.3, 0.4]);
    say(4_010, 0.5);
    expect(lane()?.slice(4)).toEqual([0, 0, 0.5]);
    for (let count = 0; count < 9; count += 1) say(4_020, 0.6);
    expect(lane()?.slice(6)).toEqual([0.5, 0.6, 0.6]);
    for (let at = 5_000; at < 80_000; at += 500) say(at, 1);
    expect(lane()).toHaveLength(laneCells);
  });

  it('has no lanes where there are many slots', () => {
    const hub = watchedHub(maxLanes);
    hub.fromWorker('w', doing());
    expect(hub.overview().workers[0]?.lanes).toHaveLength(2);
    hub.worker('v', 1);
    hub.fromWorker('w', doing());
    expect(hub.overview().workers[0]).toMatchObject({ lanes: [], executing: [{}, {}] });
  });

  it('is asked for less often, and of fewer slots, the more workers there are', () => {
    expect(askedOf(1)).toEqual({ everyMs: 500, mostSlots: 64 });
    expect(askedOf(1_000)).toEqual({ everyMs: 5_000, mostSlots: 4 });
    expect(askedOf(10_000)).toEqual({ everyMs: 50_000, mostSlots: 1 });
    const hub = watchedHub();
    const asked: number[] = [];
    for (let count = 2; count <= 600; count += 1) {
      hub.worker(`w${count}`, 1);
      for (const [worker, message] of toWorkers(hub.workerJoined(`x${count}`))) {
        if (worker === 'w' && message.type === 'watch') asked.push(message.everyMs);
      }
    }
    expect(asked.length).toBeLessThan(8);
    expect(asked.at(-1)).toBeGreaterThan(2_500);
  });
});
