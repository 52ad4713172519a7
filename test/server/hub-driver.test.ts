import { describe, expect, it } from 'vitest';
import { HubDriver, type Peer } from '../../server/in-process/hub-driver.js';
import { defaultLimits } from '../../server/limits.js';
import type { Urgency } from '../../src/link/outbox.js';
import type { HubToLeader, HubToWorker } from '../../src/protocol/messages.js';
import { batchOf, limits, resultOf } from './scheduler-harness.js';

/** Remembers what it is sent, and how urgent that is. */
class Recorder<Sent extends { readonly type: string }> implements Peer<Sent> {
  said: string[] = [];

  send({ type }: Sent, urgency: Urgency = 'now'): void {
    this.said.push(`${type} ${urgency}`);
  }

  hurry(): void {
    this.said.push('hurry');
  }

  expel(reason: string): void {
    throw new Error(reason);
  }

  replaced(): void {
    throw new Error('replaced');
  }

  /** What was said since it was asked last. */
  get news(): string[] {
    const { said } = this;
    this.said = [];
    return said;
  }
}

describe("a hub's driver", () => {
  it('sends results of one turn together, and lets acknowledgements be overtaken, but not where a worker waits for them to leave', () => {
    const hub = new HubDriver({ epoch: 'e', limits: { ...defaultLimits, ...limits }, ticketOf: () => 1 });
    const worker = new Recorder<HubToWorker>();
    const fromWorker = hub.addWorker('w', '', worker);
    fromWorker.received({ type: 'report', jobs: [], ending: [] });
    fromWorker.received({ type: 'offer', slots: 1, offers: { operations: ['f@1'], serializers: ['json'], labels: [] } });
    const leader = new Recorder<HubToLeader>();
    const fromLeader = hub.addLeader('l', '', leader);
    fromLeader.received({ type: 'resume', jobs: [] });
    const description = { stages: [{ kind: 'map', operation: 'f', version: 1 }], serializer: 'json' } as const;
    fromLeader.received({ type: 'open', job: 1, secret: 's', description, priority: 0, labels: [], slots: 0 });
    fromLeader.received({ type: 'batch', job: 1, batch: batchOf(0) });
    fromLeader.received({ type: 'batch', job: 1, batch: batchOf(1) });
    fromWorker.received({ type: 'result', jobId: 'l:1', result: resultOf(0) });
    fromLeader.received({ type: 'acknowledge', job: 1, seq: 0, attempt: 1 });
    expect(worker.news.slice(-4)).toEqual(['job now', 'assign now', 'assign now', 'acknowledge later']);
    expect(leader.news.slice(-1)).toEqual(['result soon']);
    fromWorker.received({ type: 'draining' });
    fromWorker.received({ type: 'result', jobId: 'l:1', result: resultOf(1) });
    fromLeader.received({ type: 'acknowledge', job: 1, seq: 1, attempt: 1 });
    fromLeader.received({ type: 'close', job: 1 });
    expect(worker.news).toEqual(['hurry', 'acknowledge soon', 'close soon']);
  });
});
