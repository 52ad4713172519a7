/** How many bytes the description of a job takes at a hub. Leaders count like hubs, and so know for which jobs there is room. */
import type { JobDescription } from './messages.js';

/** The bytes that a job takes besides, with needs that no other job has (measured: 3,980 bytes). */
const jobBytes = 4_000;

/** The bytes of the objects that hold a name or a stage. */
const namedBytes = 100;

/** Bytes for each character of a name: it is kept in the description, in the needs and in their key, and may take two bytes. */
const copies = 6;

/** About how many bytes a description takes: arguments, headers, names and labels, and the records of a job. */
export function descriptionBytesOf({ stages, headers }: JobDescription, labels: readonly string[]): number {
  const names = [...labels, ...stages.map(({ operation }) => operation)].reduce(
    (sum, name) => sum + copies * name.length + namedBytes,
    0,
  );
  return stages.reduce((sum, { args }) => sum + (args?.byteLength ?? 0), names + jobBytes + (headers?.byteLength ?? 0));
}
