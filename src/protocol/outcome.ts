import type { BatchLoss, BatchResult } from './messages.js';

/** What comes of a batch that was handed to an executor. */
export type Outcome =
  { readonly type: 'result'; readonly result: BatchResult } | { readonly type: 'lost'; readonly loss: BatchLoss };
