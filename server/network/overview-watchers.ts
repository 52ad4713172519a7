/**
 * Those who read what a hub tells its page, over HTTP.
 *
 * Rules.
 * 1. Who watches is told a line at once, and then one each second. All are told the same line. It is made once, and only while
 *    somebody watches.
 * 2. A line is sent only to who has read the one before. So a watcher that reads slowly has one line in memory at the most, and
 *    what it reads next is new.
 * 3. A line has all of the slot time for who has been told none for longer than short lines reach back.
 * 4. Who has not read a line for `unreadWatcherMs` is cut off, also who asked once. At most `maxWatchers` watch at once,
 *    and as many more may ask once: pages that nobody reads keep no report from being made.
 * 5. Who asks once is told one line, when others had time to say how things are, and then its connection ends.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { later, realNow, type Later } from '../../src/real-time.js';
import { maxWatchers, onceAfterMs, overviewEveryMs, unreadWatcherMs } from '../limits.js';
import { shortSeconds, type Line } from './overview-board.js';

/** The type of a stream of lines. */
export const streamType = 'application/x-ndjson';

interface Watcher {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly once: boolean;
  readonly since: number;
  /** When it was told a line last. */
  toldAt: number;
}

/** In milliseconds. */
export interface WatchTimes {
  /** How often watchers are told a line. */
  readonly every: number;
  /** For how long a line may stay unread. */
  readonly unread: number;
  /** When who asks once is answered. */
  readonly once: number;
}

/** What watchers are told, and how. */
export interface Told {
  /** Makes a line. Somebody reads it. */
  readonly make: () => Line;
  /** Nobody watches any more. */
  readonly pause: () => void;
}

export class OverviewWatchers {
  readonly #told: Told;
  readonly #times: WatchTimes;
  readonly #watchers = new Set<Watcher>();
  #timer: Later | undefined;
  #line: Line | undefined;

  constructor(told: Told, times: WatchTimes = { every: overviewEveryMs, unread: unreadWatcherMs, once: onceAfterMs }) {
    this.#told = told;
    this.#times = times;
  }

  get size(): number {
    return this.#watchers.size;
  }

  /** Whether one more may watch, or ask once. */
  hasRoomFor(once: boolean): boolean {
    let likewise = 0;
    for (const watcher of this.#watchers) if (watcher.once === once) likewise += 1;
    return likewise < maxWatchers;
  }

  /**
   * Somebody watches from now on, until it goes.
   *
   * @param once whether it wants one line only
   */
  add(request: IncomingMessage, response: ServerResponse, once: boolean): void {
    const now = realNow();
    const watcher: Watcher = { request, response, once, since: now, toldAt: -Infinity };
    response.writeHead(200, {
      'content-type': once ? 'application/json' : streamType,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      // Nginx would hold lines back.
      'x-accel-buffering': 'no',
    });
    this.#watchers.add(watcher);
    response.once('close', () => this.#remove(watcher));
    if (this.#timer === undefined) this.#begin();
    if (!once && this.#line !== undefined) tell(watcher, this.#line, now);
  }

  /** Those whose request is not admitted any more are cut off. */
  admitAnew(admits: (request: IncomingMessage) => Promise<void>): void {
    for (const { request, response } of this.#watchers) admits(request).catch(() => response.destroy());
  }

  close(): void {
    for (const { response } of this.#watchers) response.destroy();
    this.#end();
  }

  #begin(): void {
    this.#line = this.#told.make();
    this.#wait();
  }

  #wait(): void {
    this.#timer = later(() => {
      this.#wait();
      this.#tellAll(realNow());
    }, this.#times.every);
    this.#timer.unref();
  }

  #tellAll(now: number): void {
    const line = this.#told.make();
    this.#line = line;
    for (const watcher of this.#watchers) {
      const { response, once, since, toldAt } = watcher;
      if (response.writableLength > 0 || response.writableEnded) {
        if (now - toldAt >= this.#times.unread) response.destroy();
      } else if (!once) tell(watcher, line, now);
      else if (now - since >= this.#times.once) answer(watcher, line, now);
    }
  }

  #remove(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    if (this.#watchers.size === 0) this.#end();
  }

  #end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#line = undefined;
    this.#told.pause();
  }
}

function tell(watcher: Watcher, line: Line, now: number): void {
  const isGap = now - watcher.toldAt > shortSeconds * 1_000;
  watcher.toldAt = now;
  watcher.response.write(isGap ? line.whole() : line.short);
}

/** Who asks once is told the whole line, and no other. */
function answer(watcher: Watcher, line: Line, now: number): void {
  watcher.toldAt = now;
  watcher.response.end(line.whole());
}
