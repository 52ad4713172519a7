import { msgpack } from '../../src/serializer/msgpack.js';
import type { Random } from '../simulation/random.js';
import type { Field, Manner } from './attack.js';
import { enterAs } from './attacks/enter.js';
import { healthyOperation } from './messages.js';

/** What is sent in each connection of a peer that behaves, at most. */
const mostPerConnection = 40;

const unitsPerBatch = 10;

/** How much was sent. */
export interface Traffic {
  readonly frames: number;
  readonly bytes: number;
  readonly connections: number;
}

/**
 * As attackers send as a rule: one frame after the other, of which about so many get so far that a worker has to do with them.
 */
const steady: Manner = { atOnce: false, workShare: 0.3 };

/**
 * Sends as many frames and bytes on as many connections, by leaders that keep to the protocol: they open a job, send batches of
 * it, which workers execute or nobody can, and take it back.
 */
export async function behave(
  field: Field,
  { frames, bytes, connections }: Traffic,
  random: Random,
  { atOnce, workShare }: Manner = steady,
): Promise<void> {
  const perConnection = Math.min(mostPerConnection, Math.max(1, Math.round(frames / Math.max(1, connections))));
  const bytesPerFrame = Math.max(0, Math.round(bytes / Math.max(1, frames)) - 60);
  for (let left = connections; left > 0; left -= 1) {
    const leader = await enterAs(field, 'leader', random);
    if (leader === undefined) throw new Error('a leader that behaves was not let in');
    leader.onMessage(() => undefined);
    const operation = random.chance(workShare) ? healthyOperation : 'unknown';
    const stages = [{ kind: 'map', operation, version: 1 }];
    const opening = {
      type: 'open',
      job: 0,
      secret: 'of a good leader',
      description: { stages, serializer: 'msgpack' },
      priority: 0,
      labels: [],
      slots: 0,
    };
    if (atOnce) await field.pay(perConnection, perConnection * bytesPerFrame);
    for (let at = 0; at < perConnection; at += 1) {
      if (!atOnce) await field.pay(1, bytesPerFrame);
      if (at === 0) leader.send({ type: 'resume', jobs: [] });
      else if (at === 1) leader.send(opening);
      else leader.send({ type: 'batch', job: 0, batch: harmlessBatch(at, bytesPerFrame) });
    }
    // As an attacker does that sends all at once.
    if (atOnce) await leader.connection.raw.closedByHub(random.pick([30, 100]));
    leader.leave();
    await leader.connection.raw.closedByHub(20);
  }
}

function harmlessBatch(seq: number, bytes: number): object {
  const notes = Array.from({ length: unitsPerBatch }, (_, n) => ({ n, text: 'x'.repeat(Math.floor(bytes / unitsPerBatch)) }));
  const rest = { suspect: false, alone: false, budgetMs: 0, payload: msgpack.encode(notes) };
  return { seq, attempt: 1, first: seq, count: notes.length, units: 'elements', ...rest };
}
