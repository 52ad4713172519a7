/** socket.io's packets, in the frames of our parser. */
import type { Random } from '../../simulation/random.js';
import type { Attack } from '../attack.js';
import { mutateBytes, randomBytes } from '../mutate-bytes.js';
import { mutateValue } from '../mutate-value.js';
import { handshake, roles, type Tokens } from '../wire/handshake.js';
import {
  encodePacket,
  encodePacketText,
  messagesPacket,
  packetTypes,
  partPacket,
  rawOutgoing,
  type Packet,
} from '../wire/packets.js';
import type { Standing } from '../wire/peer.js';
import { enter, keyOf } from './enter.js';

/** What a series of packets is made from. */
interface Draw {
  readonly random: Random;
  readonly nsp: string;
  readonly tokens: Tokens;
}

const oddEvents = [
  'error',
  'disconnect',
  'disconnecting',
  'connect',
  'connection',
  'newListener',
  'removeListener',
  'connect_error',
  '__proto__',
  'constructor',
  'toString',
  'unknown',
  '',
];

const oddContents: readonly unknown[] = [
  null,
  1,
  '',
  [],
  {},
  true,
  [null],
  { bytes: 1, last: 1 },
  { bytes: {}, last: true },
  [[[]]],
];

const series: Readonly<Record<string, (draw: Draw) => readonly Uint8Array[]>> = {
  'connect to an unknown namespace': ({ random }) => [
    connectTo(random.pick(['/', '/admin', '/leader/', '/Leader', '', '__proto__', '/\u0000']), {}),
  ],
  'connect to very many namespaces': ({ random }) =>
    Array.from({ length: random.int(10, 30) }, () => connectTo(`/n${random.int(0, 1e9)}`, {})),
  'connect twice': ({ nsp, random, tokens }) => {
    const key = keyOf(random);
    return Array.from({ length: random.int(2, 5) }, () => connectTo(nsp, handshake(key, tokenFor(nsp, tokens))));
  },
  'connect as every role': ({ random, tokens }) =>
    roles.map((role) => connectTo(`/${role}`, handshake(keyOf(random), tokens[role]))),
  'connect with a handshake that was changed': ({ nsp, random, tokens }) => {
    return [connectTo(nsp, mutateValue(handshake(keyOf(random), tokenFor(nsp, tokens)), random))];
  },
  "connect with another role's token": ({ nsp, random, tokens }) => {
    const other = random.pick(roles.filter((role) => `/${role}` !== nsp));
    return [
      connectTo(
        nsp,
        handshake(keyOf(random), random.chance(0.2) ? undefined : random.pick([tokens[other], '', 'x'.repeat(2_000)])),
      ),
    ];
  },
  'events nobody asked for': ({ nsp, random }) => [
    event(nsp, [random.pick(oddEvents), ...oddContents.slice(0, random.int(0, 3))]),
  ],
  'our events without their content': ({ nsp, random }) => [
    plainEvent(nsp, [random.pick(['messages', 'part', 'mark', 'passed'])]),
  ],
  'our events with any content': ({ nsp, random }) => [
    plainEvent(nsp, [random.pick(['messages', 'part', 'mark', 'passed']), random.pick(oddContents)]),
  ],
  'acknowledgements asked for': ({ nsp, random }) => [
    event(nsp, ['mark', 1], random.pick([0, 1, -1, 2 ** 53 - 1])),
    plainEvent(nsp, ['messages', []], 7),
    event(nsp, ['unknown'], 8),
  ],
  'acknowledgements of nothing': ({ nsp, random }) => [
    encodePacket({ type: packetTypes.ack, nsp, data: [], id: random.pick([0, 5, -5, 2 ** 53 - 1]) }),
    encodePacket({ type: packetTypes.ack, nsp, data: ['__proto__'] }),
  ],
  'packets of a server': ({ nsp, random }) => [
    encodePacket({ type: packetTypes.connectError, nsp, data: random.pick<unknown>(['no', { message: 'no' }]) }),
  ],
  'disconnect and go on': ({ nsp }) => [
    encodePacket({ type: packetTypes.disconnect, nsp }),
    event(nsp, ['mark', 1]),
    connectTo(nsp, {}),
  ],
  'packet that is no packet': ({ nsp, random }) => [
    encodePacketText(
      random.pick([
        '',
        'null',
        '{}',
        '[]',
        '[9,"/leader"]',
        '[2]',
        `[2,"${nsp}",null]`,
        `[2,"${nsp}",[1]]`,
        `[2,"${nsp}",["mark",1],1.5]`,
        `[2,"${nsp}",["mark",1],null,1]`,
        '[0,"/leader",[]]',
        '[-1,"/"]',
        '{"__proto__":{"polluted":true}}',
        '[2,"/leader",["unknown",{"__proto__":{"polluted":true}}]]',
        `[2,"${nsp}",["unknown",${'['.repeat(20_000)}${']'.repeat(20_000)}]]`,
        `[2,"${nsp}",["mark",${'9'.repeat(5_000)}]]`,
      ]),
    ),
  ],
  'packet of an unknown kind': ({ random }) => [Uint8Array.of(random.int(4, 255), ...randomBytes(random, random.int(0, 30)))],
  'packet with changed bytes': ({ nsp, random }) => {
    const whole = random.pick([
      event(nsp, ['mark', 1]),
      messagesPacket(nsp, [rawOutgoing('{"type":"status"}')]),
      partPacket(nsp, randomBytes(random, 30), false),
    ]);
    return [mutateBytes(whole, random)];
  },
  'forged marks': ({ nsp, random }) => {
    const marks = [0, 1, 2, -1, 1e308, 2 ** 53, null, '1', {}];
    return Array.from({ length: random.int(1, 5) }, () => plainEvent(nsp, ['passed', random.pick<unknown>(marks)]));
  },
  'mark flood': ({ nsp, random }) => Array.from({ length: random.int(10, 40) }, (_, at) => event(nsp, ['mark', at])),
  'parts of nothing': ({ nsp, random }) => [
    partPacket(nsp, random.chance(0.5) ? new Uint8Array() : randomBytes(random, random.int(1, 200)), random.chance(0.7)),
  ],
  'parts without end': ({ nsp, random }) =>
    Array.from({ length: random.int(5, 20) }, () => partPacket(nsp, randomBytes(random, 5_000), false)),
};

const everybody: readonly Standing[] = ['stranger', 'leader', 'worker', 'observer'];

export const packetAttacks: readonly Attack[] = Object.entries(series).map(([name, draw]) => ({
  layer: 'socket.io',
  name,
  standings: everybody,
  async strike(field, standing, random) {
    const connection = await enter(field, standing, random);
    if (connection === undefined) return;
    const nsp = `/${standing === 'stranger' ? random.pick(roles) : standing}`;
    for (const packet of draw({ random, nsp, tokens: field.tokens })) {
      if (connection.raw.isOver) break;
      await field.pay(1, packet.byteLength);
      connection.send(packet);
    }
    await connection.raw.closedByHub(20);
  },
}));

function connectTo(nsp: string, auth: unknown): Uint8Array {
  return encodePacket({ type: packetTypes.connect, nsp, data: auth });
}

function event(nsp: string, data: readonly unknown[], id?: number): Uint8Array {
  return encodePacket({ type: packetTypes.event, nsp, data, ...(id === undefined ? {} : { id }) });
}

/** An event in JSON also where the parser has a layout of its own. */
function plainEvent(nsp: string, data: readonly unknown[], id?: number): Uint8Array {
  const packet: Packet = { type: packetTypes.event, nsp, data };
  return encodePacketText(JSON.stringify([packet.type, packet.nsp, packet.data, ...(id === undefined ? [] : [id])]));
}

function tokenFor(nsp: string, tokens: Tokens): string | undefined {
  const role = roles.find((each) => `/${each}` === nsp);
  return role === undefined ? undefined : tokens[role];
}
