/** After the upgrade: frames that are none, or not in their turn. */
import type { Random } from '../../simulation/random.js';
import type { Attack } from '../attack.js';
import { randomBytes } from '../mutate-bytes.js';
import { encodePacket, packetTypes } from '../wire/packets.js';
import { encodeFrame, opcodes, textFrame, type ClientFrame } from '../wire/websocket-frame.js';
import { enter } from './enter.js';

/** A series of frames, already encoded. */
type Series = (random: Random) => readonly Uint8Array[];

const everybody = ['stranger', 'leader', 'worker', 'observer'] as const;

const series: Readonly<Record<string, Series>> = {
  unmasked: (random) => [faulty(random, { masked: false })],
  'unknown opcode': (random) => [faulty(random, { opcode: random.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) })],
  'reserved bits': (random) => [faulty(random, { reserved: random.int(1, 7) })],
  'length longer than need be': (random) => [faulty(random, { lengthBits: random.pick([16, 64]) })],
  'promised length': (random) => [
    faulty(random, { promisedBytes: random.pick([5, 70_000, 400_000, 9e6, 2 ** 31, 2 ** 40, 2 ** 53, 2 ** 62]) }),
  ],
  'large control frame': (random) => [
    faulty(random, {
      opcode: random.pick([opcodes.ping, opcodes.pong, opcodes.close]),
      payload: randomBytes(random, random.int(126, 500)),
    }),
  ],
  'control frame in pieces': (random) => [faulty(random, { opcode: random.pick([opcodes.ping, opcodes.close]), final: false })],
  'continuation of nothing': (random) => [faulty(random, { opcode: opcodes.continuation, final: random.chance(0.5) })],
  'pieces without end': (random) => [
    faulty(random, { final: false }),
    ...Array.from({ length: random.int(5, 40) }, () => faulty(random, { opcode: opcodes.continuation, final: false })),
  ],
  'a message within the pieces of another': (random) => [faulty(random, { final: false }), faulty(random, {})],
  'text that is not UTF-8': (random) => [
    encodeFrame({ payload: Uint8Array.of(0x34, 0xc0, 0xff, random.int(0, 255)), opcode: opcodes.text }),
  ],
  'close with a wrong code': (random) => {
    const code = new Uint8Array(random.pick([1, 2, 100]));
    code[0] = random.int(0, 255);
    return [encodeFrame({ payload: code, opcode: opcodes.close }), faulty(random, {})];
  },
  'ping flood': (random) => Array.from({ length: random.int(10, 40) }, () => faulty(random, { opcode: opcodes.ping })),
  'unasked pongs': (random) => Array.from({ length: random.int(5, 20) }, () => faulty(random, { opcode: opcodes.pong })),
  'frame cut short': (random) => {
    const whole = encodeFrame({ payload: encodePacket({ type: packetTypes.event, nsp: '/leader', data: ['mark', 1] }) });
    return [whole.slice(0, random.int(1, whole.byteLength - 1))];
  },
  'byte by byte': (random) => [...textFrame(random.pick(['2', '3', '6']))].map((byte) => Uint8Array.of(byte)),
  'empty frames': (random) => Array.from({ length: random.int(5, 20) }, () => encodeFrame({ payload: new Uint8Array() })),
  garbage: (random) => [randomBytes(random, random.pick([1, 10, 500]))],
};

export const websocketAttacks: readonly Attack[] = Object.entries(series).map(([name, draw]) => ({
  layer: 'websocket',
  name,
  standings: everybody,
  async strike(field, standing, random) {
    const connection = await enter(field, standing, random);
    if (connection === undefined) return;
    for (const frame of draw(random)) {
      if (connection.raw.isOver) break;
      await field.pay(1, frame.byteLength);
      connection.raw.write(frame);
    }
    await connection.raw.closedByHub(20);
  },
}));

function faulty(random: Random, fault: Partial<ClientFrame>): Uint8Array {
  return encodeFrame({ payload: randomBytes(random, random.int(1, 60)), ...fault });
}
