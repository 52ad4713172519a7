import { runInNewContext } from 'node:vm';
import { connect, defineMonoid, defineOperation, fromPull, inMemory, remoteFold, remoteMap } from 'paladin-rx';
import { startHub } from 'paladin-rx/server';
import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';

const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });
const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });

describe('hints', () => {
  it('say that a fold has no seed', async () => {
    await using runtime = inMemory();
    expect(() => remoteFold(sum, runtime, { seed: 100 } as never)).toThrow(
      "remoteFold: there is no option 'seed'; a fold begins with its first element",
    );
    expect(() => remoteFold(sum, runtime, 100 as never)).toThrow('got 100; a fold begins with its first element');
    expect(() => defineMonoid({ name: 'odd', seed: 1, empty: () => 0, combine: () => 0 } as never)).toThrow(
      "defineMonoid: there is no option 'seed'; empty is the identity of combine",
    );
    expect(() => defineMonoid({ name: 'odd', empty: 0, combine: () => 0 } as never)).toThrow('() => 0');
  });

  it('say that a promise of a runtime is to be awaited, and a function to be called', () => {
    const later = Promise.reject(new Error('nobody waits for it'));
    later.catch(() => undefined);
    expect(() => remoteMap(double, later as never)).toThrow(
      'remoteMap: expected a runtime, made by inMemory() or connect(url), got a promise of one: write await connect(url)',
    );
    expect(() => remoteFold(sum, inMemory as never)).toThrow('function inMemory: call it');
  });

  it('say what was meant by what is no url, no iterable and no operation', async () => {
    const hub = { url: 'http://127.0.0.1:7400', close: () => undefined };
    await expect(connect(hub as never)).rejects.toThrow(/got \{ url: "http:.*: pass its url$/u);
    await expect(connect(Promise.resolve(hub.url) as never)).rejects.toThrow(/got a promise: await it$/u);
    await expect(connect([hub.url] as never)).rejects.toThrow(/got \["http:.*: pass one url$/u);
    await expect(connect({ toString: () => hub.url } as never)).rejects.toThrow(/expected the hub's url, such as/u);
    expect(() => fromPull(of(1) as never)).toThrow(/got an observable: pipe it through the operators as it is$/u);
    await using runtime = inMemory();
    await expect(runtime.run(null as never, 1)).rejects.toThrow('run: expected an operation made by defineOperation, got null');
  });

  it('are of no need where a url is one, as a text or an object of whatever realm', async () => {
    await using hub = await startHub({ port: 0 });
    for (const url of [hub.url, new URL(hub.url), runInNewContext(`({ href: '${hub.url}' })`) as URL]) {
      await using runtime = await connect(url);
      expect(runtime).toBeDefined();
    }
  });

  it('say what a signal is', async () => {
    await using runtime = inMemory();
    await expect(runtime.run(double, 1, { signal: new AbortController() as never })).rejects.toThrow(
      'run: expected signal to be an AbortSignal',
    );
  });
});
