import { lastValueFrom, tap, timeout } from 'rxjs';
import type { Runtime } from 'paladin-rx';
import type { JobShape } from './job-shapes.js';
import type { JobEnd } from './leader-lines.js';
import { flawless, Tally } from './tally.js';

/** A job of which so long nothing comes hangs: no fault lasts a quarter of it. */
const quietMs = 90_000;

/** Runs a job to its end, whatever that is, and checks what it emits. */
export async function runJob(shape: JobShape, runtime: Runtime): Promise<JobEnd> {
  const startMs = performance.now();
  const tally = new Tally();
  const error = await lastValueFrom(
    shape.indices(runtime).pipe(
      timeout({ each: quietMs }),
      tap((index) => {
        tally.add(index);
      }),
    ),
  ).then(
    () => undefined,
    (thrown: unknown) => String(thrown),
  );
  // A job that is ended from outside knows only now how many elements it has.
  const { name, elements, ordered } = shape;
  const job = { shape: name, elements, ms: Math.round(performance.now() - startMs) };
  if (error === undefined) return { ...job, ...tally.verdict(elements, ordered) };
  // What did not arrive before it failed is not lost.
  return { ...job, ...tally.verdict(elements, ordered), lost: flawless.lost, error };
}
