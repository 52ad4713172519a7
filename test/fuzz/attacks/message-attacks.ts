/** Our messages, from peers that were let in. */
import type { Random } from '../../simulation/random.js';
import type { Attack, Field } from '../attack.js';
import {
  healthyOperation,
  hostileOperation,
  offerMessage,
  openMessage,
  resultOf,
  tellingBatchOf,
  wellFormedMessage,
} from '../messages.js';
import { mutateBytes, randomBytes } from '../mutate-bytes.js';
import { mutateValue } from '../mutate-value.js';
import { roles, type Role } from '../wire/handshake.js';
import { anyOutgoing, jsonOutgoing, messagesPacket, partPacket, rawOutgoing } from '../wire/packets.js';
import type { FuzzPeer } from '../wire/peer.js';
import { enterAs } from './enter.js';

/** What is said to a peer, by one that was let in in good order. */
type Speech = (peer: FuzzPeer, role: Role, field: Field, random: Random) => AsyncGenerator<Uint8Array> | Generator<Uint8Array>;

const speeches: Readonly<Record<string, Speech>> = {
  *'changed messages'(peer, role, { knowledge }, random) {
    for (let left = random.int(1, 4); left > 0; left -= 1) {
      const message = mutateValue(wellFormedMessage(role, knowledge, random), random);
      yield messagesPacket(peer.nsp, [random.chance(0.7) ? anyOutgoing(message) : jsonOutgoing(message)]);
    }
  },
  *'changed bytes of messages'(peer, role, { knowledge }, random) {
    for (let left = random.int(1, 4); left > 0; left -= 1) {
      yield mutateBytes(messagesPacket(peer.nsp, [anyOutgoing(wellFormedMessage(role, knowledge, random))]), random);
    }
  },
  *'messages out of turn'(peer, role, { knowledge }, random) {
    for (let left = random.int(5, 20); left > 0; left -= 1) {
      yield messagesPacket(peer.nsp, [anyOutgoing(wellFormedMessage(role, knowledge, random))]);
    }
  },
  *'messages of another role'(peer, role, { knowledge }, random) {
    const other = random.pick(roles.filter((each) => each !== role));
    yield messagesPacket(peer.nsp, [anyOutgoing(wellFormedMessage(other, knowledge, random))]);
  },
  *'many messages in a frame, one of them wrong'(peer, role, { knowledge }, random) {
    const messages = Array.from({ length: random.int(2, 30) }, () => anyOutgoing(wellFormedMessage(role, knowledge, random)));
    const wrong = anyOutgoing(mutateValue(wellFormedMessage(role, knowledge, random), random));
    yield messagesPacket(peer.nsp, [...messages, wrong]);
  },
  *'texts that are no messages'(peer, _, __, random) {
    const texts = [
      'null',
      '"text"',
      '[]',
      '{"type":"__proto__"}',
      '{"type":["open"]}',
      '{"type":"open","__proto__":{"polluted":true}}',
      '{"constructor":{"prototype":{"polluted":true}}}',
      '{"$bytes":"__proto__"}',
      '{"type":{"$bytes":0}}',
      '['.repeat(100_000),
      `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
      `{"type":"resume","jobs":[${'1,'.repeat(20_000)}1]}`,
      `{"type":"x",${Array.from({ length: 5_000 }, (_unused, at) => `"k${at}":1`).join(',')}}`,
      `1e${'9'.repeat(1_000)}`,
    ];
    yield messagesPacket(peer.nsp, [rawOutgoing(random.pick(texts), [randomBytes(random, 3)])]);
  },
  *'byte arrays that nothing refers to'(peer, _, __, random) {
    const count = random.pick([1, 1_000, 50_000]);
    const nothing = Array.from({ length: count }, () => new Uint8Array(0));
    yield messagesPacket(peer.nsp, [rawOutgoing('{"type":"draining"}', nothing)]);
  },
  *'messages in parts that never end'(peer, role, { knowledge }, random) {
    for (let left = random.int(3, 10); left > 0; left -= 1) {
      yield partPacket(peer.nsp, randomBytes(random, random.pick([1, 1_000, 20_000])), false);
    }
    if (random.chance(0.5)) yield messagesPacket(peer.nsp, [anyOutgoing(wellFormedMessage(role, knowledge, random))]);
  },
  *'messages in parts, changed'(peer, role, { knowledge }, random) {
    const whole = messagesPacket('', [anyOutgoing(wellFormedMessage(role, knowledge, random))]).slice(5);
    const bytes = random.chance(0.5) ? mutateBytes(whole, random) : whole;
    const cut = random.int(0, bytes.byteLength);
    yield partPacket(peer.nsp, bytes.slice(0, cut), false);
    yield partPacket(peer.nsp, bytes.slice(cut), true);
  },
};

const asPeer: readonly Attack[] = Object.entries(speeches).map(([name, speech]) => ({
  layer: 'messages',
  name,
  standings: roles,
  async strike(field, standing, random) {
    if (standing === 'stranger') return;
    const peer = await enterAs(field, standing, random);
    if (peer === undefined) return;
    await preface(peer, standing, field, random);
    for await (const packet of speech(peer, standing, field, random)) {
      if (peer.connection.raw.isOver) break;
      await field.pay(1, packet.byteLength);
      peer.connection.send(packet);
    }
    await goAway(peer, random);
  },
}));

export const messageAttacks: readonly Attack[] = [
  ...asPeer,
  {
    layer: 'messages',
    name: 'a worker that lies about what it was given',
    standings: ['worker'],
    async strike(field, _, random) {
      const [worker, leader] = [await enterAs(field, 'worker', random), await enterAs(field, 'leader', random)];
      if (worker === undefined || leader === undefined) {
        for (const peer of [worker, leader]) peer?.connection.raw.close();
        return;
      }
      await preface(worker, 'worker', field, random);
      await preface(leader, 'leader', field, random);
      const lies: Promise<void>[] = [];
      worker.onMessage((message) => {
        const assigned = assignmentOf(message);
        if (assigned !== undefined) lies.push(lie(worker, assigned, field, random));
      });
      leader.onMessage(() => undefined);
      const batches = Array.from({ length: random.int(1, 5) }, (_unused, seq) => ({
        type: 'batch',
        job: 9,
        batch: tellingBatchOf(seq, random),
      }));
      const packet = messagesPacket(leader.nsp, [
        anyOutgoing({ ...openMessage(9, hostileOperation, random), labels: [] }),
        ...batches.map(anyOutgoing),
      ]);
      await field.pay(1 + batches.length, packet.byteLength);
      leader.connection.send(packet);
      await worker.connection.raw.closedByHub(150);
      await Promise.all(lies);
      await goAway(leader, random);
    },
  },
  {
    layer: 'messages',
    name: 'a leader that sends healthy workers rubbish',
    standings: ['leader'],
    async strike(field, _, random) {
      const leader = await enterAs(field, 'leader', random);
      if (leader === undefined) return;
      leader.onMessage(() => undefined);
      const open = openMessage(1, healthyOperation, random);
      const batches = Array.from({ length: random.int(1, 8) }, (_unused, seq) => ({
        type: 'batch',
        job: 1,
        batch: tellingBatchOf(seq, random),
      }));
      for (const message of [{ type: 'resume', jobs: [] }, { ...open, labels: [] }, ...batches]) {
        const packet = messagesPacket(leader.nsp, [anyOutgoing(message)]);
        if (leader.connection.raw.isOver) break;
        await field.pay(1, packet.byteLength);
        leader.connection.send(packet);
      }
      await leader.connection.raw.closedByHub(60);
    },
  },
];

/** What a peer says first. */
async function preface(peer: FuzzPeer, role: Role, field: Field, random: Random): Promise<void> {
  const messages =
    role === 'leader'
      ? [{ type: 'resume', jobs: [] }, openMessage(0, random.pick([hostileOperation, healthyOperation]), random)]
      : role === 'worker'
        ? [{ type: 'report', jobs: [], ending: [] }, offerMessage(random)]
        : [];
  if (messages.length === 0) return;
  const packet = messagesPacket(peer.nsp, messages.map(anyOutgoing));
  await field.pay(messages.length, packet.byteLength);
  peer.connection.send(packet);
}

/** In good order, or not. */
async function goAway(peer: FuzzPeer, random: Random): Promise<void> {
  if (random.chance(0.5)) peer.leave();
  await peer.connection.raw.closedByHub(random.pick([0, 20]));
}

interface Assignment {
  readonly jobId: string;
  readonly seq: number;
  readonly attempt: number;
  readonly count: number;
}

function assignmentOf(message: unknown): Assignment | undefined {
  if (typeof message !== 'object' || message === null || Reflect.get(message, 'type') !== 'assign') return undefined;
  // What the hub sends is what its messages say.
  const { jobId, batch } = message as { jobId: string; batch: { seq: number; attempt: number; count: number } };
  return { jobId, ...batch };
}

async function lie(worker: FuzzPeer, { jobId, seq, attempt, count }: Assignment, field: Field, random: Random): Promise<void> {
  const say = async (message: unknown): Promise<void> => {
    const packet = messagesPacket(worker.nsp, [anyOutgoing(message)]);
    await field.pay(1, packet.byteLength);
    worker.connection.send(packet);
  };
  const result = { type: 'result', jobId, result: resultOf(seq, attempt, count, random) };
  switch (random.int(0, 5)) {
    case 0:
      await say(mutateValue(result, random));
      break;
    case 1:
      // Twice.
      await say(result);
      await say(result);
      break;
    case 2:
      await say({
        type: 'result',
        jobId,
        result: resultOf(seq + random.int(0, 1), attempt + random.int(0, 1), count + 1, random),
      });
      break;
    case 3: {
      const other = random.pick(['nobody:1', ...field.knowledge.jobIds()]);
      await say({ type: 'result', jobId: other, result: resultOf(seq, attempt, count, random) });
      break;
    }
    case 4:
      await say({ type: 'lost', jobId, loss: { seq, attempt, cause: 'death', offset: count + 5, stage: 7, reason: 'made up' } });
      break;
    default:
      await say(result);
  }
}
