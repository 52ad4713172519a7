import { describe, expect, it } from 'vitest';
import { WorkerHealth } from '../../src/worker/worker-health.js';

type Event = Exclude<keyof WorkerHealth, 'notReady'>;

describe('a worker is ready', () => {
  it.each<readonly [readonly Event[], string | undefined]>([
    [[], 'starting'],
    [['lost'], 'starting'],
    [['loaded'], 'not connected'],
    [['loaded', 'connected'], undefined],
    [['loaded', 'connected', 'lost'], 'not connected'],
    [['loaded', 'connected', 'lost', 'connected'], undefined],
    [['loaded', 'connected', 'draining'], 'draining'],
    [['loaded', 'connected', 'draining', 'lost', 'connected'], 'draining'],
    [['loaded', 'connected', 'draining', 'broken'], 'broken'],
    [['loaded', 'connected', 'broken', 'draining'], 'broken'],
  ])('or says why it is not: after %j', (events, expected) => {
    const health = new WorkerHealth();
    for (const event of events) health[event]();
    expect(health.notReady).toBe(expected);
  });
});
