/**
 * Reads what a hub tells its page, for as long as the page is open.
 *
 * Rules.
 * 1. It asks the hub, and reads lines. Where several came at once, it takes the last.
 * 2. When the stream ends, breaks or is silent for `silentMs`, it asks anew after a wait. Waits grow, until a line has come.
 * 3. Where the hub asks for a token, it waits until somebody has given one. A token that the hub refused is not shown again.
 * 4. What a hub refuses for another reason is told in the hub's own words, and asked again like a hub that is away.
 */
import type { Overview } from '../protocol/overview.js';
import { NewestLine } from './lines.js';
import { retryWaitMs } from './retry-wait.js';

/** How it goes with the hub. */
export type Connection =
  | { readonly state: 'connecting' | 'live' }
  /** The hub asks for a token; `refused`: why it did not take the one before. */
  | { readonly state: 'token'; readonly refused?: string }
  /** It asks again at a time of `performance.now()`. */
  | { readonly state: 'waiting'; readonly reason: string; readonly retryAt: number };

export interface Watcher {
  readonly told: (overview: Overview) => void;
  readonly changed: (connection: Connection) => void;
}

/** Where a token is kept while the page is open. */
export interface TokenStore {
  readonly read: () => string | undefined;
  readonly write: (token: string | undefined) => void;
}

/** A hub tells a line a second. One that is silent for longer has gone without a word, or is frozen. */
const silentMs = 4_000;

/** Why a stream is over, and whether a token would help. */
interface StreamEnd {
  readonly reason: string;
  readonly needsToken: boolean;
}

export class OverviewStream {
  readonly #url: string;
  readonly #tokens: TokenStore;
  readonly #watcher: Watcher;
  #failures = 0;
  #hasToken: (() => void) | undefined;
  #wakeUp: (() => void) | undefined;

  constructor(url: string, tokens: TokenStore, watcher: Watcher) {
    this.#url = url;
    this.#tokens = tokens;
    this.#watcher = watcher;
  }

  /** Goes on until the signal says that it is over. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#watcher.changed({ state: 'connecting' });
      await this.#recover(await this.#read(signal).catch(() => lost('the hub cannot be reached')), signal);
    }
  }

  /** Somebody has given a token. */
  show(token: string): void {
    this.#tokens.write(token);
    this.#hasToken?.();
  }

  /** Asks now, and waits no longer. */
  retryNow(): void {
    this.#wakeUp?.();
  }

  async #recover(end: StreamEnd, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    if (end.needsToken) {
      const had = this.#tokens.read();
      this.#tokens.write(undefined);
      this.#watcher.changed({ state: 'token', ...(had !== undefined && { refused: end.reason }) });
      await new Promise<void>((resolve) => {
        this.#hasToken = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      return;
    }
    this.#failures += 1;
    const ms = retryWaitMs(this.#failures, Math.random());
    this.#watcher.changed({ state: 'waiting', reason: end.reason, retryAt: performance.now() + ms });
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      const wakeUp = (): void => {
        clearTimeout(timer);
        resolve();
      };
      this.#wakeUp = wakeUp;
      signal.addEventListener('abort', wakeUp, { once: true });
    });
  }

  async #read(signal: AbortSignal): Promise<StreamEnd> {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), silentMs);
    try {
      const token = this.#tokens.read();
      const response = await fetch(this.#url, {
        signal: AbortSignal.any([signal, silence.signal]),
        ...(token !== undefined && { headers: { authorization: `Bearer ${asLatin1(token)}` } }),
      });
      if (!response.ok || response.body === null) return await refusalOf(response);
      const lines = new NewestLine();
      const decoder = new TextDecoder();
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = (await reader.read()) as { readonly done: boolean; readonly value?: Uint8Array };
        if (done) return lost('the hub has closed the connection');
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), silentMs);
        const line = lines.take(decoder.decode(value, { stream: true }));
        if (line !== undefined && !this.#take(line)) return lost('what answers there is no hub, or another version of it');
      }
    } finally {
      clearTimeout(timer);
      silence.abort();
    }
  }

  /** Whether it is a line of a hub. */
  #take(line: string): boolean {
    const overview = parsed(line);
    if (overview === undefined) return false;
    this.#failures = 0;
    this.#watcher.changed({ state: 'live' });
    this.#watcher.told(overview);
    return true;
  }
}

function parsed(line: string): Overview | undefined {
  try {
    return JSON.parse(line) as Overview;
  } catch {
    return undefined;
  }
}

/** Headers are bytes, and tokens are UTF-8. */
function asLatin1(token: string): string {
  return String.fromCharCode(...new TextEncoder().encode(token));
}

/** The hub says why it refuses; a proxy may say anything. */
async function refusalOf(response: Response): Promise<StreamEnd> {
  const said: unknown = await response.json().catch(() => undefined);
  const reason: unknown = typeof said === 'object' && said !== null ? Reflect.get(said, 'reason') : undefined;
  return {
    reason: typeof reason === 'string' ? reason : `the hub answered with ${response.status}`,
    needsToken: response.status === 401,
  };
}

function lost(reason: string): StreamEnd {
  return { reason, needsToken: false };
}
