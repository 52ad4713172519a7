import type { Serializer } from '../serializer/serializer.js';
import type { FoldStage, MapStage } from './stage.js';

/** The stages that the units of a batch go through. */
export interface Chain {
  /** The job id that operations are told: that of the whole chain, where this is a part of one. */
  readonly jobId: string;
  /** The number of the job's first stage in the whole chain. */
  readonly fromStage: number;
  readonly maps: readonly MapStage[];
  readonly fold: FoldStage | undefined;
  /** The number of the first of these stages in the job's whole chain. For partials it is that of the fold. */
  readonly firstStage: number;
  /** How long an aborted operation is waited for; Infinity where someone else ends it. */
  readonly cancelGraceMs: number;
  readonly serializer: Serializer;
}

/** The timeout of the stage `at`; the fold comes after the maps. Undefined: it has none. */
export function timeoutOf({ maps, fold }: Chain, at: number): number | undefined {
  return (maps[at] ?? fold)?.timeoutMs;
}
