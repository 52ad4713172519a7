/** How often something may still happen: a bucket that fills up with time (a token bucket). */
export interface Allowance {
  /** As of `at`. */
  left: number;
  at: number;
}

/** A full one, however much that is. */
export function newAllowance(now: number): Allowance {
  return { left: Infinity, at: now };
}

/** The pace: how many the bucket holds, and how fast it fills up. It may differ from call to call. */
export interface Pace {
  readonly perSecond: number;
  /** When it is full. Default: what comes in a second. */
  readonly most?: number;
}

/**
 * Takes one, or as many as it counts for. At most it takes all that comes in a second.
 *
 * @returns whether it may happen now
 */
export function takeFrom(allowance: Allowance, { perSecond, most = perSecond }: Pace, now: number, count = 1): boolean {
  allowance.left = Math.min(most, allowance.left + ((now - allowance.at) * perSecond) / 1_000);
  allowance.at = now;
  const taken = Math.min(count, Math.max(1, Math.floor(perSecond)));
  if (allowance.left < taken) return false;
  allowance.left -= taken;
  return true;
}
