// A program that also names what Node and browsers bring along.
import { connect, defineOperation, inMemory, type HostAbortSignal, type HostUrl } from 'paladin-rx';
import { startWorker } from 'paladin-rx/worker';

export const text = defineOperation({
  name: 'text',
  execute: async (url: string, { signal }) => {
    signal.addEventListener('abort', (event) => event.type);
    const response = await fetch(url, { signal });
    return response.text();
  },
});

export async function main(): Promise<string> {
  const here = new URL('https://example.org/operations.js');
  const url: URL = here satisfies HostUrl;
  const { signal }: { signal: AbortSignal } = new AbortController() satisfies { signal: HostAbortSignal };
  await using runtime = inMemory({ modules: [url] });
  const worker = await startWorker({ hub: url, modules: [url] });
  await worker.drain();
  await using remote = await connect(url);
  return (await runtime.run(text, url.href, { signal })) + (await remote.run(text, url.href));
}
