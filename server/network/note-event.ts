import { printable } from '../../src/protocol/printable.js';
import type { HubDriver } from '../in-process/hub-driver.js';
import type { HubEvent } from './hub-events.js';

/** Notes what happens around the hub where its page shows it. What peers do the scheduler notes itself. */
export function noteEvent(driver: HubDriver, event: HubEvent): void {
  switch (event.type) {
    case 'refused':
      driver.note('refused', `a connection as ${event.role} from ${event.address} was refused: ${printable(event.reason)}`);
      break;
    case 'authorizationFailed':
      driver.note(
        'refused',
        `whether a ${event.role} from ${event.address} may connect could not be found out: see the hub's log`,
      );
      break;
    case 'exposed':
    case 'outOfRoom':
    case 'roomAgain':
      driver.note('hub', printable(event.reason));
      break;
    default:
  }
}
