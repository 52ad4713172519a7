import { get, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import type { Overview } from '../../src/protocol/overview.js';

/** What a hub tells its page, line by line. */
export interface Stream extends AsyncDisposable {
  readonly status: number | undefined;
  readonly type: string | undefined;
  next(): Promise<Overview | undefined>;
}

/** Opens what a page reads. */
export async function watch(port: number, headers: Readonly<Record<string, string>> = {}): Promise<Stream> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ port, host: '127.0.0.1', path: '/overview', headers, agent: false }, resolve).on('error', reject);
  });
  const lines = createInterface(response)[Symbol.asyncIterator]();
  response.on('error', () => undefined);
  return {
    status: response.statusCode,
    type: response.headers['content-type'],
    next: async () => {
      const { done, value } = await lines.next();
      return done === true ? undefined : (JSON.parse(value) as Overview);
    },
    [Symbol.asyncDispose]: async () => {
      response.destroy();
      await lines.return?.();
    },
  };
}
