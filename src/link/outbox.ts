import { companyAfterMs, congestedBytes, maxSentLater, mostBytesInFlight, sentLaterMs } from '../limits.js';
import { afterThis } from '../next-turn.js';
import { FrameMemory } from '../wire/frame-memory.js';
import { encodeMessages, outgoing, withOwnBytes, type Outgoing } from '../wire/message-codec.js';
import type { MessagePart } from './packet-parser.js';
import { later, nextTurn, realNow, type Later } from '../real-time.js';

/** What an outbox needs of a socket. */
export interface Outlet {
  /** @param memory where the frame goes */
  emitMessages(messages: readonly Outgoing[], memory: FrameMemory): void;
  emitPart(part: MessagePart): void;
  /** Asks the other side to say when it has received everything up to here. */
  emitMark(mark: number): void;
  /** How many bytes the socket was given and has not handed to the operating system yet. */
  pendingBytes(): number;
  /** Tells that much waits to be sent, because the other side does not read fast enough, or that it has caught up. */
  congested?(congested: boolean): void;
  /** Tells that more waits to be sent than may. */
  overflowed?(): void;
  /** Tells how many bytes could not be sent, and wait until the other side reads. 0: all was sent. */
  unread?(bytes: number): void;
  /** How many bytes may wait now before that is much. */
  share?(): number;
}

/**
 * When a message goes. `now`: at once. `soon`: with the next message that is sent, or in the next turn of the event loop.
 * `later`: nobody waits for it yet. Messages that are sent `now` may overtake it; those that are sent `soon` do not. It goes once
 * there are `maxSentLater` of its kind. It goes with another message after `companyAfterMs`, and alone after `sentLaterMs`.
 */
export type Urgency = 'now' | 'soon' | 'later';

/** What a waiting message takes beside its bytes: objects, and views on payloads (measured: some 400 bytes). */
const heldBytes = 512;

/** So little never counts as much, however much waits for other peers. */
const leastManyBytes = 64 * 1024;

/** How often to look whether a socket has written what it was given; there is no event for that. */
const lookMs = 5;

/**
 * Sends messages in order, except for those that are sent later. Messages that are sent in one go travel in one frame. A message
 * that is too large for a frame travels in several.
 *
 * At most about `mostPendingBytes` pile up in the socket. At most about `mostBytesInFlight` are on their way, in the buffers of
 * operating systems and of whatever is between. So heartbeats get through between frames, also over a slow link. The outbox sets
 * marks to know what has arrived. The other side sends them back.
 */
export class Outbox {
  readonly #outlet: Outlet;
  readonly #frameBytes: number;
  readonly #mostPendingBytes: number;
  readonly #mostWaitingBytes: number;
  readonly #manyBytes: number;
  readonly #leastMuchBytes: number;
  readonly #memory = new FrameMemory();
  /** How many bytes were sent before each mark that has not come back. */
  #marked: { readonly mark: number; readonly bytes: number }[] = [];
  #markedBytes = 0;
  #unmarkedBytes = 0;
  #nextMark = 1;
  #waiting: Outgoing[] = [];
  #waitingBytes = 0;
  /** How many of the first waiting messages were left by an earlier attempt to send them. */
  #left = 0;
  /** The number of unread bytes that the outlet was told last. */
  #unreadBytes = 0;
  #congested = false;
  /** The messages that are sent later, and since when the first of them waits. */
  #later: Outgoing[] = [];
  #laterSince = 0;
  #laterTimer: Later | undefined;
  /** The parts that are left of a message that is being sent in parts. */
  #parts: MessagePart[] = [];
  /** The bytes of the whole message: the parts that were sent are kept with the others. */
  #partsBytes = 0;
  /** Whether a microtask, or a turn of the event loop, will send what waits. */
  #scheduled = false;
  #scheduledSoon = false;
  /** Runs while the socket is full, or while somebody waits for it to be empty. */
  #look: Later | undefined;
  #idle: (() => void)[] = [];

  /** @param mostWaitingBytes how much may wait to be sent; beyond it the outlet is told */
  constructor(outlet: Outlet, frameBytes: number, mostWaitingBytes: number = Infinity) {
    this.#outlet = outlet;
    this.#mostWaitingBytes = mostWaitingBytes;
    this.#manyBytes = Math.min(congestedBytes, mostWaitingBytes / 4);
    this.#leastMuchBytes = Math.min(leastManyBytes, this.#manyBytes);
    this.#frameBytes = frameBytes;
    this.#mostPendingBytes = 4 * frameBytes;
  }

  /** How many bytes wait to be given to the socket. */
  get waitingBytes(): number {
    return this.#waitingBytes + this.#partsBytes;
  }

  send(message: object, urgency: Urgency = 'now'): void {
    const next = outgoing(message);
    if (urgency === 'later') this.#keepForLater(next);
    else {
      if (urgency === 'soon' || this.#isLaterDue()) this.#takeAlong();
      this.#waiting.push(next);
    }
    this.#waitingBytes += next.mostBytes;
    if (this.waitingBytes > this.#mostWaitingBytes) this.#outlet.overflowed?.();
    else if (this.#waitingBytes > this.#leastMuchBytes && !this.#congested) {
      this.#setCongested(this.#waitingBytes > this.#muchBytes);
    }
    if (urgency === 'now') this.#schedule();
    else if (urgency === 'soon') this.#scheduleSoon();
  }

  /** What was sent later goes soon: somebody waits for it. */
  hurry(): void {
    if (this.#later.length === 0) return;
    this.#takeAlong();
    this.#scheduleSoon();
  }

  /** Resolves when everything that was sent is with the operating system. */
  async flushed(): Promise<void> {
    this.#takeAlong();
    this.#pump();
    if (this.#isIdle()) return;
    await new Promise<void>((resolve) => {
      this.#idle.push(resolve);
      this.#lookLater();
    });
  }

  /**
   * The other side has received everything up to the mark.
   *
   * @throws an Error when the mark was not set, or has come back before
   */
  passed(mark: unknown): void {
    const at = this.#marked.findIndex((each) => each.mark === mark);
    if (at === -1) throw new RangeError('a mark that was not set');
    for (const { bytes } of this.#marked.splice(0, at + 1)) this.#markedBytes -= bytes;
    this.#pump();
  }

  /** The connection is lost. What was to be sent is dropped. */
  clear(): void {
    this.#marked = [];
    this.#markedBytes = 0;
    this.#unmarkedBytes = 0;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#left = 0;
    this.#congested = false;
    this.#later = [];
    this.#parts = [];
    this.#partsBytes = 0;
    this.#memory.abandon();
    this.#laterTimer?.cancel();
    this.#laterTimer = undefined;
    this.#look?.cancel();
    this.#look = undefined;
    this.#settleIdle();
    this.#tellUnread(0);
  }

  /** When more than this waits, the other side should be given nothing more. */
  get #muchBytes(): number {
    return Math.min(this.#manyBytes, Math.max(leastManyBytes, this.#outlet.share?.() ?? Infinity));
  }

  #keepForLater(next: Outgoing): void {
    if (this.#later.length === 0) this.#laterSince = realNow();
    this.#later.push(next);
    if (this.#later.length === maxSentLater) {
      this.#takeAlong();
      this.#scheduleSoon();
    }
    // The timer may come early for messages that begin to wait meanwhile. That costs less than to set it anew each time.
    this.#laterTimer ??= later(() => {
      this.#laterTimer = undefined;
      this.#takeAlong();
      this.#pump();
    }, sentLaterMs);
  }

  #isLaterDue(): boolean {
    return this.#later.length > 0 && realNow() >= this.#laterSince + companyAfterMs;
  }

  /** What was to be sent later goes with what is sent next. */
  #takeAlong(): void {
    if (this.#later.length === 0) return;
    this.#waiting.push(...this.#later);
    this.#later = [];
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    afterThis(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  #scheduleSoon(): void {
    if (this.#scheduledSoon) return;
    this.#scheduledSoon = true;
    nextTurn(() => {
      this.#scheduledSoon = false;
      this.#pump();
    });
  }

  #pump(): void {
    let taken = 0;
    while (this.#parts.length > 0 || taken < this.#waiting.length) {
      // It goes on when a mark comes back.
      if (this.#markedBytes + this.#unmarkedBytes >= mostBytesInFlight) break;
      const pendingBytes = this.#outlet.pendingBytes();
      if (pendingBytes >= this.#mostPendingBytes) {
        this.#lookLater();
        break;
      }
      if (pendingBytes === 0) this.#memory.reuse();
      const part = this.#parts.shift();
      if (part === undefined) taken += this.#emitFrom(taken);
      else {
        this.#outlet.emitPart(part);
        this.#unmarkedBytes += part.bytes.byteLength;
        if (part.last) this.#partsBytes = 0;
      }
      if (this.#unmarkedBytes >= this.#frameBytes) this.#setMark();
    }
    if (taken > 0) this.#waiting = this.#waiting.slice(taken);
    this.#left = Math.max(0, this.#left - taken);
    if (this.#waiting.length > 0 || this.#parts.length > 0) this.#keepUnread();
    else this.#tellUnread(0);
  }

  /** Messages that could not be sent may wait for long. They must not keep memory that came in with them. */
  #keepUnread(): void {
    if (this.#outlet.unread === undefined) return;
    for (let at = this.#left; at < this.#waiting.length; at += 1) {
      // `at` is below the length.
      this.#waiting[at] = withOwnBytes(this.#waiting[at] as Outgoing);
    }
    this.#left = this.#waiting.length;
    this.#tellUnread(this.waitingBytes + heldBytes * this.#left + this.#outlet.pendingBytes());
  }

  #tellUnread(bytes: number): void {
    if (bytes === this.#unreadBytes) return;
    this.#unreadBytes = bytes;
    this.#outlet.unread?.(bytes);
  }

  /**
   * Emits the waiting messages from `start` on that fit into one frame. A message that does not fit is prepared to go in parts.
   * It returns how many messages that were.
   */
  #emitFrom(start: number): number {
    let end = start;
    let bytes = 0;
    for (; end < this.#waiting.length; end += 1) {
      // `end` is below the length.
      const { mostBytes } = this.#waiting[end] as Outgoing;
      if (end > start && bytes + mostBytes > this.#frameBytes) break;
      bytes += mostBytes;
    }
    const messages = this.#waiting.slice(start, end);
    this.#waitingBytes -= bytes;
    if (this.#congested && this.#waitingBytes < this.#muchBytes / 2) this.#setCongested(false);
    if (bytes <= this.#frameBytes + mostOverhead) {
      this.#outlet.emitMessages(messages, this.#memory);
      this.#unmarkedBytes += bytes;
    } else {
      this.#parts = partsOf(encodeMessages(messages), this.#frameBytes);
      this.#partsBytes = bytes;
    }
    return end - start;
  }

  #setCongested(congested: boolean): void {
    if (congested === this.#congested) return;
    this.#congested = congested;
    this.#outlet.congested?.(congested);
  }

  #setMark(): void {
    this.#outlet.emitMark(this.#nextMark);
    this.#marked.push({ mark: this.#nextMark, bytes: this.#unmarkedBytes });
    this.#nextMark += 1;
    this.#markedBytes += this.#unmarkedBytes;
    this.#unmarkedBytes = 0;
  }

  #lookLater(): void {
    this.#look ??= later(() => {
      this.#look = undefined;
      this.#pump();
      if (this.#isIdle()) this.#settleIdle();
      else if (this.#idle.length > 0) this.#lookLater();
    }, lookMs);
  }

  #isIdle(): boolean {
    return this.#parts.length === 0 && this.#waiting.length === 0 && this.#outlet.pendingBytes() === 0;
  }

  #settleIdle(): void {
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }
}

/** Bytes that a frame may have beside a payload of the largest size: a payload that just fits into a frame need not go in two. */
const mostOverhead = 1_024;

function partsOf(bytes: Uint8Array, partBytes: number): MessagePart[] {
  const parts: MessagePart[] = [];
  for (let at = 0; at < bytes.byteLength; at += partBytes) {
    parts.push({ bytes: bytes.subarray(at, at + partBytes), last: at + partBytes >= bytes.byteLength });
  }
  return parts;
}
