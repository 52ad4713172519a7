import { shuffled } from '../chaos/shuffled.js';
import { Random } from '../simulation/random.js';
import type { Attack } from './attack.js';
import { engineAttacks } from './attacks/engine-attacks.js';
import { floodAttacks } from './attacks/flood-attacks.js';
import { hoardAttacks } from './attacks/hoard-attacks.js';
import { httpAttacks } from './attacks/http-attacks.js';
import { messageAttacks } from './attacks/message-attacks.js';
import { packetAttacks } from './attacks/packet-attacks.js';
import { websocketAttacks } from './attacks/websocket-attacks.js';
import type { Standing } from './wire/peer.js';

/** One attack of a plan. */
export interface Strike {
  readonly attack: Attack;
  readonly standing: Standing;
  /** What everything in it is drawn by, whatever happens beside it. */
  readonly random: Random;
}

/** Our own messages have more ways to be wrong than all else, so they come so many times as often. */
const messageWeight = 4;

const others = [httpAttacks, websocketAttacks, engineAttacks, packetAttacks, floodAttacks, hoardAttacks].flat();

/** Each attack once. */
export const attacks: readonly Attack[] = [...others, ...messageAttacks];

const deck = [...others, ...Array.from({ length: messageWeight }, () => messageAttacks).flat()].flatMap((attack) =>
  attack.standings.map((standing) => ({ attack, standing })),
);

/** Those attacks that are wanted, without end, from decks that are shuffled anew each time: the same for the same seed. */
export function* planStrikes(seed: number, isWanted: (attack: Attack) => boolean = () => true): Generator<Strike, never> {
  const cards = deck.filter(({ attack }) => isWanted(attack));
  const random = new Random(seed);
  for (;;) {
    for (const card of shuffled(cards, random)) yield { ...card, random: new Random(random.int(0, 2 ** 32 - 1)) };
  }
}
