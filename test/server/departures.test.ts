/** Why a peer has gone, as a hub tells whoever runs it, and as a peer is told that has lost its hub. */
import { connect, defineOperation } from 'paladin-rx';
import { startHub, type Hub, type HubEvent } from 'paladin-rx/server';
import { startWorker } from 'paladin-rx/worker';
import { describe, expect, it } from 'vitest';
import { disconnectionText } from '../../src/link/disconnection.js';
import { RawPeer } from './raw-peer.js';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });

/** A hub, and why each of its peers has left, in order. */
async function watchedHub(): Promise<{ readonly hub: Hub; readonly left: string[] }> {
  const left: string[] = [];
  const onEvent = (event: HubEvent): void => {
    if (event.type === 'left') left.push(event.reason);
  };
  return { hub: await startHub({ port: 0, onEvent }), left };
}

describe('a peer that has gone', () => {
  it('left, when it said goodbye', async () => {
    const { hub, left } = await watchedHub();
    await using _ = hub;
    const worker = await startWorker({ hub: hub.url, operations: [double] });
    await worker.drain();
    await expect.poll(() => left).toEqual(['the worker left']);
    await (await connect(hub.url)).close();
    await expect.poll(() => left).toEqual(['the worker left', 'the leader left']);
  });

  it('was cut off, when it said nothing', async () => {
    const { hub, left } = await watchedHub();
    await using _ = hub;
    using peer = new RawPeer(hub.url, 'worker');
    await peer.got('welcome');
    peer.socket.io.engine.close();
    await expect.poll(() => left).toEqual(['its connection closed: it ended, or the network broke']);
  });

  it('came back, when it has another connection', async () => {
    const { hub, left } = await watchedHub();
    await using _ = hub;
    const key = 'the key of both of these raw peers';
    using first = new RawPeer(hub.url, 'leader', { key });
    await first.got('welcome');
    using second = new RawPeer(hub.url, 'leader', { key });
    await second.got('welcome');
    await expect.poll(() => left).toEqual(['it came back over a new connection']);
  });

  it('had no choice, when the hub ends; and is told so', async () => {
    const { hub, left } = await watchedHub();
    const lost: string[] = [];
    await using worker = await startWorker({ hub: hub.url, operations: [double], onLost: (reason) => lost.push(reason) });
    await hub.close();
    expect(left).toEqual(['the hub shuts down']);
    await expect.poll(() => lost[0]).toBe('its connection closed: it ended, or the network broke');
    await worker.close();
  });

  it('has no reason that only those know who know socket.io', () => {
    const ofSocketIo = [
      'transport close',
      'transport error',
      'ping timeout',
      'parse error',
      'forced close',
      'io server disconnect',
    ];
    for (const reason of ofSocketIo) expect(disconnectionText(reason)).toMatch(/\b(?:it|its|the hub)\b/u);
    expect(disconnectionText('what comes tomorrow')).toBe('what comes tomorrow');
  });
});
