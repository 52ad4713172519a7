/**
 * The form of every pure machine: one method that turns an event into effects, and data for the timer that a driver keeps.
 *
 * A machine does no input or output. Time comes in with each event, in milliseconds of any clock that only goes forward.
 * Randomness and serializers are handed in. What is to be done comes out as effects, in order. So the same machine runs over
 * sockets, over links within a process, and in virtual time.
 */
export interface Machine<Event, Effect> {
  /** Applies one event. An event that is illegal in the present state throws and changes nothing. */
  handle(event: Event, now: number): Effect[];
  /** When the driver must hand in a `tick` at the latest, on the same clock as `now`; undefined: never. */
  nextDeadline(): number | undefined;
  /** Throws when an invariant of the state does not hold. For tests and simulation. */
  validate(): void;
}
