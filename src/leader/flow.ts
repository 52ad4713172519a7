import type { Observer, Subscriber, Subscription } from 'rxjs';
import { Observable } from '../rxjs.js';

/**
 * Something that can be slowed: it emits nothing from `pause` to `resume`. Both may be called repeatedly, and from within what it
 * emits.
 */
export interface Pausable {
  /** Stops what comes, until `resume`. */
  pause(): void;
  /** Lets it come again. */
  resume(): void;
}

/**
 * The jobs and pulls that one consumer slows: their values reach it, directly or through ordinary operators.
 *
 * Jobs and pulls find their flow themselves. An operator of RxJS subscribes to its source with a subscriber of its own. The
 * `destination` of that is the subscriber that the operator serves. This also holds for operators that subscribe later, like
 * `concatMap`. A job or pull follows these destinations until it meets the subscriber of a flow. An operator like `share` passes
 * values on in another way, to serve several subscribers. Then the job or pull meets no flow, and keeps its pace.
 *
 * Invariant: while the flow is paused, all members are paused. While it is not, a member is paused only from within the `resume`
 * of another.
 */
export class Flow implements Pausable {
  /** The member that was resumed longest ago comes first, so that the others do not keep it waiting. */
  readonly #members = new Set<Pausable>();
  #paused = false;
  #ended = false;

  /** Subscribes in a way that lets the flow slow the source and what is before it. It is called once. */
  subscribe<T>(source: Observable<T>, observer: Observer<T>): Subscription {
    const marked = new Observable<T>((subscriber) => {
      Object.assign(subscriber, { '~paladinFlow': this });
      return source.subscribe(subscriber);
    });
    const subscription = marked.subscribe(observer);
    subscription.add(() => {
      // A source may go on for others, like a group of `groupBy`. It is not slowed any more.
      this.#ended = true;
      this.resume();
    });
    return subscription;
  }

  pause(): void {
    if (this.#paused || this.#ended) return;
    this.#paused = true;
    for (const member of this.#members) member.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    const members = [...this.#members];
    for (const member of members) this.#resumeOne(member);
  }

  /** @returns a function that takes it out again */
  add(member: Pausable): () => void {
    this.#members.add(member);
    if (this.#paused) member.pause();
    return () => {
      this.#members.delete(member);
    };
  }

  #resumeOne(member: Pausable): void {
    // The values of another member may have been enough, or may have ended this one.
    if (this.#paused || !this.#members.delete(member)) return;
    this.#members.add(member);
    member.resume();
  }
}

/** Lets the consumer of the subscriber's values slow the member that emits them, if the consumer has a flow. */
export function joinFlow(subscriber: Subscriber<never>, member: Pausable): void {
  for (let next: unknown = subscriber; typeof next === 'object' && next !== null; next = Reflect.get(next, 'destination')) {
    if (!('~paladinFlow' in next)) continue;
    // Nothing else is of this name; it may be of another copy of this package.
    const flow = next['~paladinFlow'] as Flow;
    subscriber.add(flow.add(member));
    return;
  }
}
