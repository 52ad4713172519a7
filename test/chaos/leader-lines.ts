import type { Progress } from './recovery.js';
import type { Verdict } from './tally.js';

/** What a leader prints, each as a line of JSON. */
export type LeaderLine =
  | { readonly type: 'ready' }
  | ({ readonly type: 'progress' } & Progress)
  | ({ readonly type: 'job' } & JobEnd)
  | { readonly type: 'stopped' };

/** How a job ended. */
export interface JobEnd extends Verdict {
  readonly shape: string;
  /** How many elements were to arrive. */
  readonly elements: number;
  readonly ms: number;
  /** Why it did not complete, if it did not. */
  readonly error?: string;
}

/** What a leader is told, each as a line of JSON. */
export type LeaderCommand =
  /** Run a job of large values beside the others, on workers with the labels. */
  | { readonly type: 'large'; readonly labels: readonly string[] }
  /** Finish what is running, and end. */
  | { readonly type: 'stop' };
