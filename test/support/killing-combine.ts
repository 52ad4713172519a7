import { defineMonoid } from 'paladin-rx';

/** Joins texts; ends its thread where both sides are long and hold the letter that kills. */
export const killingJoin = defineMonoid({
  name: 'killing-join',
  empty: () => '',
  combine: (a: string, b: string) => {
    if (a.length > 1 && b.length > 1 && b.includes('k')) process.exit(9);
    return a + b;
  },
});
