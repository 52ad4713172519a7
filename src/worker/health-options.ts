import { describe } from '../errors/describe.js';
import type { Known } from '../errors/options.js';
import { PaladinError } from '../errors/paladin-error.js';

/** Options of workers in Node: whom they tell how they are. */
export interface HealthOptions {
  /**
   * The port on which the worker says how it is: a whole number from 0 to 65,535; 0 is any free port. `/healthz` answers 200 for
   * as long as the worker lives. `/readyz` answers 200 while the worker is connected and is to stay. Else it answers 503 with the
   * reason: `starting`, `not connected`, `draining` or `broken`. `/metrics` tells Prometheus which operations the worker
   * executes, how often they fail, and how its process is. None of them asks for a token. Default: none.
   */
  readonly healthPort?: number | undefined;
  /**
   * The address or name to listen on for that: 1 to 253 characters. Whoever looks after a container asks from outside of it:
   * then it is `0.0.0.0`. Only with `healthPort`. Default `127.0.0.1`: only programs on this machine can ask.
   */
  readonly healthHost?: string | undefined;
}

export const healthOptions: Known<HealthOptions> = { healthPort: true, healthHost: true };

/** The longest name that DNS has. */
const longestHost = 253;

/** @throws {@link PaladinError} `INVALID_INPUT` when an option is wrong */
export function checkHealth({ healthPort, healthHost }: HealthOptions): void {
  const check = (isRight: boolean, expected: string, got: unknown): void => {
    if (!isRight) throw new PaladinError('INVALID_INPUT', `startWorker: expected ${expected}, got ${describe(got)}`);
  };
  const isPort = healthPort === undefined || (Number.isInteger(healthPort) && healthPort >= 0 && healthPort <= 65_535);
  check(isPort, 'healthPort to be a whole number from 0 to 65535', healthPort);
  if (healthHost === undefined) return;
  check(healthPort !== undefined, 'healthHost beside a healthPort only', healthHost);
  const isHost = typeof healthHost === 'string' && healthHost !== '' && healthHost.length <= longestHost;
  check(isHost, 'healthHost to be an address to listen on, such as 127.0.0.1 or 0.0.0.0', healthHost);
}
