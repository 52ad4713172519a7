/** What peers and jobs are called, for people. */
import { nameOfChain } from '../../src/core/work-tally.js';
import { printable } from '../../src/protocol/printable.js';
import type { HubJob, HubLeader, HubWorker } from './records.js';

/** Its name, or else its id. */
export function nameOfPeer({ id, connection: { name } }: HubLeader | HubWorker): string {
  return name === '' ? id : printable(name);
}

/** The name that its leader gives it, or else its operations. */
export function nameOfJob({ progress, description }: Pick<HubJob, 'progress' | 'description'>): string {
  const told = progress?.name ?? '';
  return printable(told === '' ? nameOfChain(description.stages) : told);
}
