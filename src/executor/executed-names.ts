import { maxBlockedNames } from './limits.js';

/** What a batch in this thread executes. */
export type BlockingStages = readonly { readonly operation: string }[];

/** The operations of some batches, for people. */
export function namesOf(chains: readonly BlockingStages[]): string {
  const names = [...new Set(chains.flatMap((chain) => chain.map(({ operation }) => operation)))].slice(0, maxBlockedNames);
  return `${names.length > 1 ? 'operations' : 'operation'} ${names.map((name) => `'${name}'`).join(', ')}`;
}
