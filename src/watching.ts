import type { Machine } from './core/machine.js';
import { guarded } from './guarded.js';

/**
 * The machine, with somebody who is told what happens to it. What they throw keeps no event from the machine, and no effect from
 * being carried out. Without anybody to tell, machines are driven as they are: then it costs nothing.
 *
 * @param before is told each event before it is handled
 * @param after is told each effect
 */
export function watching<Event, Effect>(
  machine: Machine<Event, Effect>,
  before: (event: Event, now: number) => void,
  after: (effect: Effect, now: number) => void,
): Machine<Event, Effect> {
  return {
    handle: (event, now) => {
      guarded(() => before(event, now));
      const effects = machine.handle(event, now);
      for (const effect of effects) guarded(() => after(effect, now));
      return effects;
    },
    nextDeadline: () => machine.nextDeadline(),
    validate: () => {
      machine.validate();
    },
  };
}
