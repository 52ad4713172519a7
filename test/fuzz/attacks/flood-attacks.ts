/** Much of what is harmless once. */
import type { Attack, Field } from '../attack.js';
import { batchOf, healthyOperation, hostileOperation, offerMessage, openMessage } from '../messages.js';
import { anyOutgoing, messagesPacket } from '../wire/packets.js';
import { RawConnection } from '../wire/raw-connection.js';
import type { Random } from '../../simulation/random.js';
import type { Role } from '../wire/handshake.js';
import { enter, enterAs } from './enter.js';

/** So many messages go in one burst. */
const burst = 40;

export const floodAttacks: readonly Attack[] = [
  {
    layer: 'floods',
    name: 'connections that say nothing',
    standings: ['stranger'],
    async strike(field, _, random) {
      const count = random.int(10, 40);
      await field.pay(count, 0);
      const connections = await Promise.all(
        Array.from({ length: count }, async () => {
          field.connecting();
          return await RawConnection.open(field.port);
        }),
      );
      await Promise.all(connections.map((connection) => connection.closedByHub(random.int(10, 300))));
    },
  },
  {
    layer: 'floods',
    name: 'websockets that say nothing',
    standings: ['stranger', 'leader', 'worker', 'observer'],
    async strike(field, standing, random) {
      const count = random.int(5, 20);
      await field.pay(count, 0);
      const connections = await Promise.all(Array.from({ length: count }, () => enter(field, standing, random)));
      await Promise.all(connections.flatMap((connection) => connection?.raw.closedByHub(random.int(10, 200)) ?? []));
    },
  },
  flood('opens', 'leader', (at, random) => openMessage(at, random.pick([hostileOperation, healthyOperation, 'unknown']), random)),
  flood('batches', 'leader', (at, random) =>
    at === 0 ? openMessage(0, 'unknown', random) : { type: 'batch', job: 0, batch: batchOf(at, random) },
  ),
  flood(
    'batches for healthy workers',
    'leader',
    (at, random) =>
      at === 0
        ? { ...openMessage(0, healthyOperation, random), labels: [] }
        : { type: 'batch', job: 0, batch: { ...batchOf(at, random), alone: false } },
    1,
  ),
  flood('cancels', 'leader', (at, random) => ({ type: 'cancel', job: random.int(0, 3), seq: at, attempt: 1 })),
  flood('opens and closes', 'leader', (at, random) =>
    at % 2 === 0 ? openMessage(at, 'unknown', random) : { type: 'close', job: at - 1 },
  ),
  flood('resumes', 'leader', (at) => ({ type: 'resume', jobs: Array.from({ length: 50 }, (_, job) => job + at) })),
  flood('offers', 'worker', (_, random) => offerMessage(random)),
  flood('answers to nothing', 'worker', (at) => ({
    type: 'lost',
    jobId: 'nobody:1',
    loss: { seq: at, attempt: 1, cause: 'returned', reason: 'made up' },
  })),
  flood('questions', 'observer', () => ({ type: 'status' })),
];

function flood(what: string, role: Role, message: (at: number, random: Random) => object, workShare = 0.3): Attack {
  return {
    layer: 'floods',
    name: what,
    standings: [role],
    manner: { atOnce: true, workShare },
    async strike(field: Field, _, random) {
      const peer = await enterAs(field, role, random);
      if (peer === undefined) return;
      peer.onMessage(() => undefined);
      const first =
        role === 'leader' ? [{ type: 'resume', jobs: [] }] : role === 'worker' ? [{ type: 'report', jobs: [], ending: [] }] : [];
      const messages = [...first, ...Array.from({ length: burst }, (_unused, at) => message(at, random))];
      const packets = messages.map((each) => messagesPacket(peer.nsp, [anyOutgoing(each)]));
      await field.pay(
        packets.length,
        packets.reduce((sum, { byteLength }) => sum + byteLength, 0),
      );
      for (const packet of packets) peer.connection.send(packet);
      await peer.connection.raw.closedByHub(random.pick([30, 100]));
    },
  };
}
