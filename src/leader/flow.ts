import { Observable, type Observer, type Subscriber, type Subscription } from 'rxjs';

/** What can be slowed: it emits nothing from `pause` to `resume`. Both may be called from within what it emits, and again. */
export interface Pausable {
  /** Stops what comes, until `resume`. */
  pause(): void;
  /** Lets it come again. */
  resume(): void;
}

/**
 * What one consumer slows: the jobs and pulls whose values reach it, directly or through ordinary operators.
 *
 * They find it themselves. An operator of RxJS subscribes to its source with a subscriber whose `destination` is the subscriber
 * that the operator serves, also where it does so later, as `concatMap` does. A job or pull that is subscribed to follows these
 * until it meets the subscriber of a flow. Where values are passed on in another way, as `share` does to serve several, it meets
 * none, and keeps its pace.
 *
 * Invariant: while it is paused all members are; while it is not, a member is paused only from within the `resume` of another.
 */
export class Flow implements Pausable {
  /** The one that was resumed longest ago first, so that none is kept waiting by the others. */
  readonly #members = new Set<Pausable>();
  #paused = false;
  #ended = false;

  /** Subscribes such that the source, and what is before it, can be slowed. To be called once. */
  subscribe<T>(source: Observable<T>, observer: Observer<T>): Subscription {
    const marked = new Observable<T>((subscriber) => {
      Object.assign(subscriber, { '~paladinFlow': this });
      return source.subscribe(subscriber);
    });
    const subscription = marked.subscribe(observer);
    subscription.add(() => {
      // What goes on for others, as a group of `groupBy` may, is not slowed any more.
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

  /** @returns takes it out again */
  add(member: Pausable): () => void {
    this.#members.add(member);
    if (this.#paused) member.pause();
    return () => {
      this.#members.delete(member);
    };
  }

  #resumeOne(member: Pausable): void {
    // What another emitted may have been enough, or have ended this one.
    if (this.#paused || !this.#members.delete(member)) return;
    this.#members.add(member);
    member.resume();
  }
}

/** Lets the consumer that the subscriber's values go to, if it has a flow, slow what emits them. */
export function joinFlow(subscriber: Subscriber<never>, member: Pausable): void {
  for (let next: unknown = subscriber; typeof next === 'object' && next !== null; next = Reflect.get(next, 'destination')) {
    if (!('~paladinFlow' in next)) continue;
    // Nothing else is of this name; it may be of another copy of this package.
    const flow = next['~paladinFlow'] as Flow;
    subscriber.add(flow.add(member));
    return;
  }
}
