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

/** @returns whether it may happen now */
export function takeFrom(allowance: Allowance, perSecond: number, now: number): boolean {
  allowance.left = Math.min(perSecond, allowance.left + ((now - allowance.at) * perSecond) / 1_000);
  allowance.at = now;
  if (allowance.left < 1) return false;
  allowance.left -= 1;
  return true;
}
