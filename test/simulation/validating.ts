import type { Machine } from '../../src/core/machine.js';

/**
 * The machine, which checks its invariants after each event.
 *
 * @param told called with each event, and with what came of it
 */
export function validating<Event, Effect>(
  machine: Machine<Event, Effect>,
  told: (event: Event, effects: readonly Effect[], now: number) => void = () => undefined,
): Machine<Event, Effect> {
  return {
    handle: (event, now) => {
      const effects = machine.handle(event, now);
      machine.validate();
      told(event, effects, now);
      return effects;
    },
    nextDeadline: () => machine.nextDeadline(),
    validate: () => {
      machine.validate();
    },
  };
}
