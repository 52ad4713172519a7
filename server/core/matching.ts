import { distance } from '../../src/errors/nearest.js';
import type { JobDescription, Offers } from '../../src/protocol/messages.js';
import { printable } from '../../src/protocol/printable.js';

/** What a worker must have to be given a job's batches. */
export type Needs = Offers;

/** What the job's stages, serializer and labels ask of a worker. */
export function needsOf(description: JobDescription, labels: readonly string[]): Needs {
  const operations = new Set(description.stages.map((stage) => `${stage.operation}@${stage.version}`));
  return {
    operations: [...operations].toSorted(),
    serializers: [description.serializer],
    labels: [...new Set(labels)].toSorted(),
  };
}

/** Equal for needs or offers that are equal; tells the classes of jobs and workers. */
export function matchingKey({ operations, serializers, labels, everything }: Offers): string {
  return JSON.stringify([operations, serializers, labels, everything]);
}

/** What is offered, by one worker or by several together. */
export type Offered = { readonly [Kind in Kinds]: Names } & { readonly everything: boolean };

type Kinds = 'operations' | 'serializers' | 'labels';

/** Names. There may be so many that nobody looks through all. */
interface Names {
  readonly size: number;
  has(name: string): boolean;
  keys(): Iterable<string>;
}

/** What one worker offers. */
export function offeredBy({ operations, serializers, labels, everything = false }: Offers): Offered {
  return { operations: new Set(operations), serializers: new Set(serializers), labels: new Set(labels), everything };
}

/** Whether a worker that offers this can execute a job with these needs. */
export function satisfies(offered: Offered, needs: Needs): boolean {
  return kinds.every(([, kind]) => needs[kind].every((name) => isOffered(offered, kind, name)));
}

/** Whether that of this name is offered. */
export function isOffered(offered: Offered, kind: Kinds, name: string): boolean {
  return offered[kind].has(name) || (offered.everything && kind !== 'labels');
}

/**
 * Why no worker can execute the job, for people. Also the name of the operation that nobody offers, if that is the reason.
 *
 * @param offered by all workers together; undefined when there are none
 */
export function explainMissing(
  offered: Offered | undefined,
  needs: Needs,
): { readonly missing: string; readonly operation?: string } {
  if (offered === undefined) return { missing: 'no worker is connected' };
  if (!satisfies(offered, needs)) {
    const unknown = needs.operations.find((operation) => !isOffered(offered, 'operations', operation));
    const meant = unknown === undefined ? undefined : nearestOf(offered.operations, unknown);
    const hint = meant === undefined ? '' : ` (did you mean '${printable(meant)}'?)`;
    const missing = `no worker offers ${shortList(unmet(offered, needs))}${hint}; ${onOffer(offered, needs)}`;
    return unknown === undefined ? { missing } : { missing, operation: baseOf(unknown) };
  }
  const wanted = [...needs.operations, ...needs.serializers, ...needs.labels];
  return { missing: `no single worker offers all of ${shortList(wanted)}` };
}

const kinds = [
  ['operation', 'operations'],
  ['serializer', 'serializers'],
  ['label', 'labels'],
] as const;

function unmet(offered: Offered, needs: Needs): string[] {
  return kinds.flatMap(([kind, plural]) =>
    needs[plural].filter((name) => !isOffered(offered, plural, name)).map((name) => `${kind} '${name}'`),
  );
}

/** The most names that an explanation lists. */
const listed = 20;

/**
 * How many versions of the operation an explanation looks for, how many names it looks at, how many of them it compares, and the
 * longest. With these it takes two tenths of a millisecond at most.
 */
const versions = 32;
const lookedAt = 256;
const compared = 32;
const longestCompared = 40;

/** The most characters by which a name may differ that was meant. A short one may differ by a quarter of its length. */
const mostChanges = 3;

/** The operation on offer that is likely to be meant: of that name in another version, or of a name that is nearly the same. */
function nearestOf(names: Names, wanted: string): string | undefined {
  const base = baseOf(wanted);
  const lower = base.toLowerCase();
  for (let version = versions; version > 0; version -= 1) if (names.has(`${base}@${version}`)) return `${base}@${version}`;
  if (base.length > longestCompared) return undefined;
  let most = Math.min(mostChanges, Math.floor(base.length / 4)) + 1;
  let found: string | undefined;
  let looks = 0;
  let comparisons = 0;
  for (const name of names.keys()) {
    looks += 1;
    if (looks > lookedAt) return undefined;
    const other = baseOf(name);
    // However they are written, names that are meant are about as long.
    if (Math.abs(other.length - base.length) > 2 * mostChanges) continue;
    const otherLower = other.toLowerCase();
    if (isAlike(otherLower, lower)) return name;
    if (Math.abs(other.length - base.length) >= most) continue;
    comparisons += 1;
    if (comparisons > compared) continue;
    const changes = distance(lower, otherLower, most - 1);
    if (changes >= most) continue;
    most = changes;
    found = name;
  }
  // One that was left out may be nearer.
  return comparisons > compared ? undefined : found;
}

/** Its name, without the version. */
function baseOf(operation: string): string {
  return operation.slice(0, operation.lastIndexOf('@'));
}

/** Whether names in small letters differ by marks alone: `fib-at`, `fibat` and `fib_at` are alike. */
function isAlike(a: string, b: string): boolean {
  let inA = 0;
  let inB = 0;
  while (inA < a.length || inB < b.length) {
    if (a.charCodeAt(inA) === b.charCodeAt(inB)) {
      inA += 1;
      inB += 1;
    } else if (marks.includes(a.charAt(inA)) && inA < a.length) inA += 1;
    else if (marks.includes(b.charAt(inB)) && inB < b.length) inB += 1;
    else return false;
  }
  return true;
}

const marks = '-_./ ';

function shortList(names: readonly string[], count: number = names.length): string {
  const rest = count > listed ? ` and ${count - listed} more` : '';
  // One by one: the same names are in many explanations.
  return `${names.slice(0, listed).map(printable).join(', ')}${rest}`;
}

/** The first names, in order: to put all in order would take long. */
function firstOf(names: Names): string[] {
  const first: string[] = [];
  for (const name of names.keys()) {
    if (first.length === listed) break;
    first.push(name);
  }
  return first.toSorted();
}

/** What there is of the kinds of which something is missing. */
function onOffer(offered: Offered, needs: Needs): string {
  return kinds
    .filter(([, plural]) => needs[plural].some((name) => !isOffered(offered, plural, name)))
    .map(([, plural]) => {
      const names = offered[plural];
      return names.size === 0 ? `there are no ${plural}` : `${plural} on offer: ${shortList(firstOf(names), names.size)}`;
    })
    .join('; ');
}
