/** engine.io's own packets: a digit, and what is behind it, in text frames. */
import type { Random } from '../../simulation/random.js';
import type { Attack } from '../attack.js';
import { encodeFrame, textFrame } from '../wire/websocket-frame.js';
import { enter } from './enter.js';

const series: Readonly<Record<string, (random: Random) => readonly string[]>> = {
  'unknown type': (random) => [random.pick(['7', '8', '9', 'a', 'open', '\u0000', '-1', 'b4AAAA', 'bAAAA', 'b!!!'])],
  'ping of a client': (random) => [`2${random.pick(['', 'probe', 'x'.repeat(1_000)])}`],
  'pongs for no ping': (random) => Array.from({ length: random.int(2, 20) }, () => `3${random.pick(['', 'probe'])}`),
  'upgrade of what is upgraded': (random) => Array.from({ length: random.int(1, 5) }, () => '5'),
  'noop flood': (random) => Array.from({ length: random.int(10, 40) }, () => '6'),
  'open of a client': (random) => [`0${random.pick(['', '{}', '{"sid":"__proto__","pingInterval":-1}', '{'.repeat(1_000)])}`],
  'close and go on': () => ['1', '40', '2'],
  'text message': (random) => [
    `4${random.pick(['', '0', '0/leader,{"token":"x"}', '2["messages",[]]', '51-["part",{"_placeholder":true,"num":0}]', '2[', '0,', '9'])}`,
  ],
  'text of another revision': (random) => [random.pick(['4:40', '2:40', '40/leader?token=x,', '451-0'])],
  'long text': (random) => [`4${'x'.repeat(random.pick([1_000, 100_000]))}`],
  'nested text': (random) => [`42${'['.repeat(random.pick([1_000, 50_000]))}`],
};

export const engineAttacks: readonly Attack[] = Object.entries(series).map(([name, draw]) => ({
  layer: 'engine.io',
  name,
  standings: ['stranger', 'leader', 'worker', 'observer'],
  async strike(field, standing, random) {
    const connection = await enter(field, standing, random);
    if (connection === undefined) return;
    for (const text of draw(random)) {
      if (connection.raw.isOver) break;
      await field.pay(1, text.length);
      // Now and then as binary, where text is expected.
      connection.raw.write(random.chance(0.85) ? textFrame(text) : encodeFrame({ payload: new TextEncoder().encode(text) }));
    }
    await connection.raw.closedByHub(20);
  },
}));
