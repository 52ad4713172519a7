import { defineOperation } from 'paladin-rx';

export const noOp = defineOperation({ name: 'no-op', execute: (value: unknown) => value });
