import { describe, expect, it } from 'vitest';
import { HubUnderTest, toLeaders } from './scheduler-harness.js';

/** What the jobs are told of slots: why there are none, and whether for good. */
function told(effects: ReturnType<HubUnderTest['handle']>): (readonly [job: number, missing: string, forGood: boolean])[] {
  return toLeaders(effects).flatMap(([, message]) =>
    message.type === 'capacity' && message.slots === 0 ? [[message.job, message.missing, message.forGood ?? false] as const] : [],
  );
}

function openJob(hub: HubUnderTest, job: number, operation: string): ReturnType<HubUnderTest['handle']> {
  const description = { stages: [{ kind: 'map', operation, version: 1 }], serializer: 'json' } as const;
  const message = { type: 'open', job, secret: 's', description, priority: 0, labels: [], slots: 0 } as const;
  return hub.fromLeader('l', message);
}

const missing = (name: string): string => `no worker offers operation '${name}@1'; operations on offer: f@1`;

describe('a hub to which no further workers come', () => {
  it('says so to jobs that are open, and to those that are opened', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    expect(told(openJob(hub, 1, 'other'))).toEqual([[1, 'no worker is connected', false]]);
    expect(told(hub.worker('w', 1))).toEqual([[1, missing('other'), false]]);
    expect(told(hub.handle({ type: 'complete' }))).toEqual([[1, missing('other'), true]]);
    expect(told(openJob(hub, 2, 'another'))).toEqual([[2, missing('another'), true]]);
    expect(told(openJob(hub, 3, 'f'))).toEqual([]);
  });

  it('does not say so before a worker has said what it offers, nor when all are gone', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.handle({ type: 'complete' });
    expect(told(openJob(hub, 1, 'f'))).toEqual([[1, 'no worker is connected', false]]);
    expect(told(hub.worker('w', 1))).toEqual([]);
    expect(told(hub.handle({ type: 'workerLeft', workerId: 'w', reason: 'it broke', how: 'closed' }))).toEqual([
      [1, 'no worker is connected', false],
    ]);
  });

  it('leaves a chain alone that several workers can execute in parts', () => {
    const hub = new HubUnderTest();
    hub.leader('l');
    hub.worker('w', 1, ['f@1']);
    hub.worker('v', 1, ['g@1']);
    hub.handle({ type: 'complete' });
    const stages = [
      { kind: 'map', operation: 'f', version: 1 },
      { kind: 'map', operation: 'g', version: 1 },
    ] as const;
    const open = { type: 'open', job: 1, secret: 's', priority: 0, labels: [], slots: 0 } as const;
    const effects = hub.fromLeader('l', { ...open, description: { stages, serializer: 'json' } });
    expect(told(effects)).toEqual([[1, expect.stringMatching(/no single worker .*each is on offer$/u), false]]);
  });
});
