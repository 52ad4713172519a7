/** What makes a hub, or those behind it, keep much or look through much, by peers that keep to the protocol. */
import { maxListed, maxNameLength } from '../../../src/limits.js';
import type { LeaderToHub, WorkerToHub } from '../../../src/protocol/messages.js';
import { msgpack } from '../../../src/serializer/msgpack.js';
import type { Random } from '../../simulation/random.js';
import type { Attack, Field } from '../attack.js';
import { batchOf, healthyOperation, hostileOperation, openMessage } from '../messages.js';
import type { Role } from '../wire/handshake.js';
import { anyOutgoing, messagesPacket } from '../wire/packets.js';
import { FuzzPeer } from '../wire/peer.js';
import { enterAs, keyOf } from './enter.js';

/** So many messages go in one frame. */
const perFrame = 100;

/** How long what was made to be kept stays, in milliseconds. */
const staysMs = 300;

const resumed: LeaderToHub = { type: 'resume', jobs: [] };
const reported: WorkerToHub = { type: 'report', jobs: [], ending: [] };

export const hoardAttacks: readonly Attack[] = [
  hoard('batches that nobody takes', 'leader', function* (random) {
    yield [resumed, openMessage(0, 'unknown', random)];
    for (let frame = 0; frame < 4; frame += 1) {
      yield Array.from({ length: perFrame }, (_, at) => ({
        type: 'batch',
        job: 0,
        batch: { ...batchOf(frame * perFrame + at, random), payload: new Uint8Array(1) },
      }));
    }
  }),
  hoard('large arguments', 'leader', function* (random) {
    yield [resumed];
    for (let job = 0; job < 4; job += 1) {
      const args = msgpack.encode([random.int(0, 100), 'x'.repeat(60_000)]);
      const stages = [{ kind: 'map', operation: healthyOperation, version: 1, args }];
      const description = { stages, serializer: 'msgpack' };
      yield [
        { type: 'open', job, secret: 's', description, priority: 0, labels: [], slots: 0 },
        { type: 'batch', job, batch: { ...batchOf(0, random), suspect: false, alone: false } },
      ];
    }
  }),
  hoard('lists of jobs without an end', 'leader', function* () {
    for (let frame = 0; frame < 5; frame += 1) {
      yield [{ type: 'resume', jobs: Array.from({ length: maxListed }, (_, at) => frame * maxListed + at), more: true }];
    }
  }),
  hoard('lists of batches without an end', 'worker', function* () {
    for (let frame = 0; frame < 5; frame += 1) {
      const ending = Array.from({ length: maxListed }, (_, at) => ({
        jobId: 'nobody:1',
        seq: frame * maxListed + at,
        attempt: 1,
      }));
      yield [{ type: 'report', jobs: [], ending, more: true }];
    }
  }),
  hoard('other names each time', 'worker', function* (random) {
    yield [reported];
    for (let change = 0; change < 15; change += 1) {
      const operations = Array.from({ length: 500 }, (_, at) => `${hostileOperation}-${at}-${random.int(0, 1e9)}@1`);
      yield [{ type: 'offer', slots: 1, offers: { operations, serializers: ['msgpack'], labels: [] } }];
    }
  }),
  hoard('long names', 'worker', function* (random) {
    yield [reported];
    const long = (): string => `${hostileOperation}-${random.int(0, 1e9)}`.padEnd(maxNameLength, 'x');
    const names = Array.from({ length: 300 }, long);
    yield [{ type: 'offer', slots: 1, offers: { operations: names, serializers: ['msgpack'], labels: names } }];
  }),
  hoard('losses of nothing', 'worker', function* (random) {
    yield [reported];
    for (let frame = 0; frame < 2; frame += 1) {
      yield Array.from({ length: perFrame }, (_, at) => ({
        type: 'lost',
        jobId: 'nobody:1',
        loss: { seq: at, attempt: 1, cause: 'death', offset: random.int(0, 9), stage: 0, reason: 'x'.repeat(1_000) },
      }));
    }
  }),
  {
    layer: 'hoards',
    name: 'answers that nobody reads',
    standings: ['leader'],
    async strike(field, _, random) {
      const leaders = await Promise.all(Array.from({ length: 4 }, () => enterAs(field, 'leader', random)));
      for (const leader of leaders) {
        if (leader === undefined) continue;
        leader.connection.raw.stopReading();
        // Jobs whose names are in the answer, which says that nobody offers them.
        const opens = Array.from({ length: perFrame }, (_unused, job) =>
          openMessage(job, 'u'.repeat(maxNameLength - 10), random),
        );
        await say(field, leader, [resumed, ...opens]);
      }
      await leave(leaders);
    },
  },
  {
    layer: 'hoards',
    name: 'doubles, by one that comes back',
    standings: ['leader'],
    async strike(field, _, random) {
      const key = keyOf(random);
      const comeIn = async (): Promise<FuzzPeer | undefined> => {
        field.connecting();
        return await FuzzPeer.connect(field.port, 'leader', field.tokens, key);
      };
      const first = await comeIn();
      if (first === undefined) return;
      await say(field, first, [resumed, openMessage(0, 'unknown', random)]);
      for (let attempt = 1; attempt <= 3; attempt += 1) {
        const batches = Array.from({ length: perFrame }, (_unused, seq) => ({ ...batchOf(seq, random), attempt, beside: true }));
        await say(
          field,
          first,
          batches.map((batch) => ({ type: 'batch', job: 0, batch })),
        );
      }
      first.connection.raw.close();
      const second = await comeIn();
      if (second === undefined) return;
      await say(field, second, [
        { type: 'resume', jobs: [0] },
        { ...openMessage(0, 'unknown', random), resumed: [] },
      ]);
      await second.connection.raw.closedByHub(staysMs);
    },
  },
];

/** The messages of a peer of the role, those of a frame together. */
function hoard(what: string, role: Role, frames: (random: Random) => Iterable<readonly object[]>): Attack {
  return {
    layer: 'hoards',
    name: what,
    standings: [role],
    async strike(field, _, random) {
      const peer = await enterAs(field, role, random);
      if (peer === undefined) return;
      peer.onMessage(() => undefined);
      const observer = await enterAs(field, 'observer', random);
      for (const messages of frames(random)) await say(field, peer, messages);
      // Somebody asks what there is.
      if (observer !== undefined) await say(field, observer, [{ type: 'status' }]);
      await leave([peer, observer]);
    },
  };
}

async function leave(peers: readonly (FuzzPeer | undefined)[]): Promise<void> {
  await Promise.all(peers.flatMap((peer) => peer?.connection.raw.closedByHub(staysMs) ?? []));
}

async function say(field: Field, peer: FuzzPeer, messages: readonly object[]): Promise<void> {
  const packet = messagesPacket(peer.nsp, messages.map(anyOutgoing));
  await field.pay(messages.length, packet.byteLength);
  peer.connection.send(packet);
}
