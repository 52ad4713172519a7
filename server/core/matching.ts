import type { JobDescription, Offers } from '../../src/protocol/messages.js';

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
export function matchingKey({ operations, serializers, labels }: Offers): string {
  return JSON.stringify([operations, serializers, labels]);
}

/** Whether a worker with these offers can execute a job with these needs. */
export function satisfies(offers: Offers, needs: Needs): boolean {
  return unmet(offers, needs).length === 0;
}

/** Why no worker can execute the job, for people; and the name of the operation that nobody offers, if it is that. */
export function explainMissing(all: readonly Offers[], needs: Needs): { readonly missing: string; readonly operation?: string } {
  if (all.length === 0) return { missing: 'no worker is connected' };
  const some: Offers = {
    operations: all.flatMap((offers) => offers.operations),
    serializers: all.flatMap((offers) => offers.serializers),
    labels: all.flatMap((offers) => offers.labels),
  };
  const nowhere = unmet(some, needs);
  if (nowhere.length > 0) {
    const missing = `no worker offers ${nowhere.join(', ')}; ${onOffer(some, nowhere)}`;
    const unknown = needs.operations.find((operation) => !some.operations.includes(operation));
    return unknown === undefined ? { missing } : { missing, operation: unknown.slice(0, unknown.lastIndexOf('@')) };
  }
  const wanted = [...needs.operations, ...needs.serializers, ...needs.labels];
  return { missing: `no single worker offers all of ${wanted.join(', ')}` };
}

function unmet(offers: Offers, needs: Needs): string[] {
  const missing = (kind: string, wanted: readonly string[], offered: readonly string[]): string[] => {
    const has = new Set(offered);
    return wanted.filter((name) => !has.has(name)).map((name) => `${kind} '${name}'`);
  };
  return [
    ...missing('operation', needs.operations, offers.operations),
    ...missing('serializer', needs.serializers, offers.serializers),
    ...missing('label', needs.labels, offers.labels),
  ];
}

/** The most names that an explanation lists. */
const listed = 20;

function onOffer(some: Offers, nowhere: readonly string[]): string {
  const kinds = [
    ['operation', 'operations', some.operations],
    ['serializer', 'serializers', some.serializers],
    ['label', 'labels', some.labels],
  ] as const;
  return kinds
    .filter(([kind]) => nowhere.some((name) => name.startsWith(`${kind} `)))
    .map(([, plural, names]) => {
      const distinct = [...new Set(names)].toSorted();
      const rest = distinct.length > listed ? ` and ${distinct.length - listed} more` : '';
      return distinct.length === 0
        ? `there are no ${plural}`
        : `${plural} on offer: ${distinct.slice(0, listed).join(', ')}${rest}`;
    })
    .join('; ');
}
