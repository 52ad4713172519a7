/** What the description of a job takes at a hub: leaders reckon as hubs do, and so know for which jobs there is room. */
import type { JobDescription } from './messages.js';

/** What a job takes beside, with needs that no other has (measured: 3,980 bytes). */
const jobBytes = 4_000;

/** What holds a name or a stage. */
const namedBytes = 100;

/** Bytes for each character of a name: it is kept in the description, in the needs and in their key, and may take two bytes. */
const copies = 6;

/** About so many bytes: of arguments, names and labels, and of the records of a job. */
export function descriptionBytesOf({ stages }: JobDescription, labels: readonly string[]): number {
  const names = [...labels, ...stages.map(({ operation }) => operation)].reduce(
    (sum, name) => sum + copies * name.length + namedBytes,
    0,
  );
  return stages.reduce((sum, { args }) => sum + (args?.byteLength ?? 0), names + jobBytes);
}
