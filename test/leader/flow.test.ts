import {
  catchError,
  concatMap,
  defer,
  filter,
  from,
  groupBy,
  map,
  merge,
  mergeMap,
  Observable,
  of,
  retry,
  scan,
  share,
  Subject,
  switchMap,
  take,
  tap,
  zip,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { Flow, joinFlow, type Pausable } from '../../src/leader/flow.js';

/** An observable that joins the flow of whoever consumes it, and tells what is done to it. */
class Member extends Observable<number> implements Pausable {
  readonly story: string[] = [];
  readonly #values = new Subject<number>();
  /** What it does when it is resumed. */
  onResume: () => void = () => undefined;

  constructor() {
    super((subscriber) => {
      joinFlow(subscriber, this);
      return this.#values.subscribe(subscriber);
    });
  }

  emit(value: number): void {
    this.#values.next(value);
  }

  pause(): void {
    this.story.push('pause');
  }

  resume(): void {
    this.story.push('resume');
    this.onResume();
  }
}

const ignore = { next: () => undefined, error: () => undefined, complete: () => undefined };

describe('a flow', () => {
  it.each<[string, (member: Member) => Observable<unknown>]>([
    ['at hand', (member) => member],
    [
      'behind map, filter, scan and tap',
      (member) =>
        member.pipe(
          map((x) => `${x}`),
          filter((x) => x !== ''),
          scan((a, b) => a + b),
          tap(),
        ),
    ],
    ['merged with others', (member) => merge(of(1), member, new Subject())],
    ['zipped with others', (member) => zip(member, new Subject())],
    ['deferred', (member) => defer(() => member)],
    [
      'caught and tried again',
      (member) =>
        member.pipe(
          catchError(() => of(1)),
          retry(2),
        ),
    ],
    ['inside concatMap', (member) => of(1).pipe(concatMap(() => member))],
    ['behind an operator made of one subscriber', (member) => new Observable((subscriber) => member.subscribe(subscriber))],
  ])('slows a member %s', (_, pipe) => {
    const member = new Member();
    const flow = new Flow();
    flow.subscribe(pipe(member), ignore);
    flow.pause();
    flow.pause();
    flow.resume();
    flow.resume();
    expect(member.story).toEqual(['pause', 'resume']);
  });

  it.each<[string, (member: Member, start: Observable<unknown>) => Observable<unknown>]>([
    ['concatMap', (member, start) => start.pipe(concatMap(() => member))],
    ['mergeMap', (member, start) => start.pipe(mergeMap(() => member))],
    ['switchMap', (member, start) => start.pipe(switchMap(() => member))],
  ])('slows a member that %s subscribes to later, at once if it is paused', (_, pipe) => {
    const member = new Member();
    const start = new Subject<void>();
    const flow = new Flow();
    flow.subscribe(pipe(member, start), ignore);
    flow.pause();
    expect(member.story).toEqual([]);
    start.next();
    expect(member.story).toEqual(['pause']);
  });

  it('leaves alone what serves several, and what other consumers have', () => {
    const [shared, other, own] = [new Member(), new Member(), new Member()];
    const flow = new Flow();
    new Flow().subscribe(other, ignore);
    other.subscribe();
    flow.subscribe(merge(shared.pipe(share()), own), ignore);
    flow.pause();
    expect([shared.story, other.story, own.story]).toEqual([[], [], ['pause']]);
  });

  it('lets go of members that have ended', () => {
    const [ended, going] = [new Member(), new Member()];
    const flow = new Flow();
    flow.subscribe(merge(ended.pipe(take(1)), going), ignore);
    ended.emit(1);
    flow.pause();
    expect([ended.story, going.story]).toEqual([[], ['pause']]);
  });

  it('resumes no more of its members once one has emitted enough, and begins with another the next time', () => {
    const members = [new Member(), new Member(), new Member()];
    const flow = new Flow();
    flow.subscribe(from(members).pipe(mergeMap((member) => member)), ignore);
    const resumed: number[] = [];
    members.forEach((member, at) => {
      member.onResume = () => {
        resumed.push(at);
        flow.pause();
      };
    });
    flow.pause();
    for (let round = 0; round < 6; round += 1) flow.resume();
    expect(resumed).toEqual([0, 1, 2, 0, 1, 2]);
  });

  it('resumes what goes on for others when its subscription ends, and slows it no more', () => {
    const member = new Member();
    const flow = new Flow();
    const groups = member.pipe(
      groupBy((value) => value % 2),
      tap((group) => group.subscribe()),
    );
    const subscription = flow.subscribe(groups, ignore);
    member.emit(1);
    flow.pause();
    subscription.unsubscribe();
    flow.pause();
    expect(member.story).toEqual(['pause', 'resume']);
  });

  it('is known by its name, also to another copy of the package', () => {
    const story: string[] = [];
    const foreign = {
      add: (member: Pausable) => {
        member.pause();
        return () => story.push('removed');
      },
    };
    const member = new Member();
    const marked = new Observable<number>((subscriber) => {
      Object.assign(subscriber, { '~paladinFlow': foreign });
      return member.pipe(map((x) => x)).subscribe(subscriber);
    });
    marked.subscribe().unsubscribe();
    expect([member.story, story]).toEqual([['pause'], ['removed']]);
  });
});
