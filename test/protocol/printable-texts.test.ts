import { expect, it } from 'vitest';
import type { HubActivity } from '../../server/in-process/hub-activity.js';
import { hubConfigFrom } from '../../server/network/hub-options.js';
import type { Machine } from '../../src/core/machine.js';
import type { SessionEffect, SessionEvent } from '../../src/core/worker-session-events.js';
import { printableTexts } from '../../src/protocol/printable-texts.js';
import { tellActivity, type WorkerActivity } from '../../src/worker/worker-activity.js';

it('makes texts printable, also in lists, and keeps what else there is', () => {
  expect(printableTexts({ name: 'a\u001b', names: ['b', 'c\u202e'], count: 3, isBack: true })).toEqual({
    name: 'a\ufffd',
    names: ['b', 'c\ufffd'],
    count: 3,
    isBack: true,
  });
});

it('what peers have named is printable in the activity of a hub', () => {
  const told: HubActivity[] = [];
  const { onActivity } = hubConfigFrom({ onActivity: (activity) => told.push(activity) });
  onActivity?.({ type: 'workerOffers', workerId: 'w', slots: 1, operations: ['f\u001b[2J@1'] });
  expect(told).toEqual([{ type: 'workerOffers', workerId: 'w', slots: 1, operations: ['f\ufffd[2J@1'] }]);
});

it('and in that of a worker', () => {
  const told: WorkerActivity[] = [];
  const idle: Machine<SessionEvent, SessionEffect> = {
    handle: () => [{ type: 'forget', jobId: 'l\u202e:1' }],
    nextDeadline: () => undefined,
    validate: () => undefined,
  };
  tellActivity(idle, (activity) => told.push(activity)).handle({ type: 'connected' }, 0);
  expect(told).toEqual([{ type: 'jobForgotten', jobId: 'l\ufffd:1' }]);
});
