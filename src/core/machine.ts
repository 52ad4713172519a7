/**
 * The form of every pure machine: one mutator that turns an event into effects, and data for the timer that a driver keeps.
 *
 * A machine does no input or output: time comes in with each event (milliseconds of any monotonic clock), randomness and
 * serializers are injected, and what is to be done comes out as effects, in order. So the same machine runs over sockets, over
 * in-process links and in virtual time.
 */
export interface Machine<Event, Effect> {
  /** Applies one event. An event that is illegal in the present state throws and changes nothing. */
  handle(event: Event, now: number): Effect[];
  /** When the driver must hand in a `tick` at the latest, on the same clock as `now`; undefined: never. */
  nextDeadline(): number | undefined;
  /** Throws when an invariant of the state does not hold. For tests and simulation. */
  validate(): void;
}
