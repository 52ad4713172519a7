/** How often something may happen still: a bucket that fills up with time (a token bucket). */
export interface Allowance {
  /** As of `at`. */
  left: number;
  at: number;
}

/** A full one. */
export function newAllowance(perSecond: number, now: number): Allowance {
  return { left: perSecond, at: now };
}

/**
 * Takes one, or as many as it counts for: all that there can be, at the most.
 *
 * @returns whether it may happen now
 */
export function takeFrom(allowance: Allowance, perSecond: number, now: number, count = 1): boolean {
  allowance.left = Math.min(perSecond, allowance.left + ((now - allowance.at) * perSecond) / 1_000);
  allowance.at = now;
  const taken = Math.min(count, Math.max(1, Math.floor(perSecond)));
  if (allowance.left < taken) return false;
  allowance.left -= taken;
  return true;
}
