import { defineOperation } from 'paladin-rx';

export const double = defineOperation({ name: 'double', execute: (x: number) => 2 * x });
