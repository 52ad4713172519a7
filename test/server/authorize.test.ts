import { connect, PaladinError } from 'paladin-rx';
import { startHub, type HubEvent } from 'paladin-rx/server';
import { describe, expect, it } from 'vitest';
import { RawPeer } from './raw-peer.js';

describe('authorize', () => {
  it('lets in under a name, with limits, as the role that it grants', async () => {
    await using hub = await startHub({
      port: 0,
      authorize: ({ token, role, name, address }) =>
        Promise.resolve(
          token === 'ann'
            ? { role, name: `${name} of ann at ${address}`, limits: { maxJobsPerLeader: 7 } }
            : token === 'worker'
              ? { role: 'worker' }
              : undefined,
        ),
    });
    await using _ = await connect(hub.url, { token: 'ann', name: 'leader' });
    expect(hub.status().leaders).toMatchObject([{ name: 'leader of ann at 127.0.0.1' }]);
    using peer = new RawPeer(hub.url, 'leader', { token: 'ann' });
    expect(await peer.got('welcome')).toMatchObject({ limits: { maxJobsPerLeader: 7 } });
    await expect(connect(hub.url, { token: 'worker' })).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
      message: expect.stringContaining('it is authorized as worker, not as leader') as unknown,
    });
    await expect(connect(hub.url)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('secret details');
      },
    ],
    ['grants nonsense', () => ({ role: 'leader', limits: { maxConnections: 5 } }) as never],
    ['never answers', () => new Promise<undefined>(() => undefined)],
  ])('refuses when it %s, telling the reason only to the hub', async (_, authorize) => {
    const events: HubEvent[] = [];
    await using hub = await startHub({
      port: 0,
      authorize,
      authenticateWithinMs: 200,
      onEvent: (event) => {
        events.push(event);
      },
    });
    using peer = new RawPeer(hub.url, 'leader');
    const { code, message } = await peer.refused;
    expect(code).toBe('UNAUTHORIZED');
    expect(message).toMatch(/could not be authorized/u);
    await peer.closed;
    expect(events).toMatchObject([{ type: 'authorizationFailed' }, { type: 'refused', code: 'UNAUTHORIZED' }]);
  });

  it('tells what a PaladinError says', async () => {
    await using hub = await startHub({
      port: 0,
      authorize: () => {
        throw new PaladinError('UNAUTHORIZED', 'the token has expired; fetch another');
      },
    });
    await expect(connect(hub.url)).rejects.toMatchObject({
      message: expect.stringContaining('has expired; fetch another') as unknown,
    });
  });

  it('does not stand beside tokens', async () => {
    await expect(startHub({ port: 0, token: 'a', authorize: () => undefined })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});
