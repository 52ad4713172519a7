import type { Tracer } from '@opentelemetry/api';
import { describe } from '../errors/describe.js';
import { checkOptions, type Known } from '../errors/options.js';
import { PaladinError } from '../errors/paladin-error.js';
import { readOr } from '../errors/thrown.js';
import type { OpeningListener } from './job-listener.js';
import { checkRuntime } from './job-spec.js';
import { JobTrace, type BatchSpans } from './job-trace.js';
import type { Runtime } from './runtime.js';

/** Options of {@link traceWith}. */
export interface TraceOptions {
  /**
   * Which spans are made of batches, one for each time that a batch is sent.
   *
   * - `linked`: each begins a trace of its own, with a link to the span of its job. So the trace of a job stays small, however
   *   many elements it has. What operations make are children of the job's span.
   * - `child`: each is a child of the job's span. What operations make are children of the batch's span.
   * - `none`: there are none.
   *
   * Default `linked`.
   */
  readonly batches?: 'linked' | 'child' | 'none' | undefined;
}

const known: Known<TraceOptions> = { batches: true };
const choices: ReadonlySet<BatchSpans> = new Set(['linked', 'child', 'none'] as const);

/**
 * Makes a span of each job that a runtime opens from now on, and spans of its batches. A job carries the context of its
 * subscriber to each execution: trace, trace state and baggage, as the propagator of the program writes them. There it is
 * active wherever OpenTelemetry is set up. So spans that operations make join the trace. What is not sampled stays so.
 *
 * While a runtime is traced, each call of its `run` is a job of its own, and takes a little longer.
 *
 * @param runtime what jobs are opened with
 * @param tracer what makes the spans, as in `trace.getTracer('my-program')`
 * @param options see {@link TraceOptions}
 * @returns ends it, for jobs that are opened later; may be called any number of times
 * @throws `PaladinError` `INVALID_INPUT` when something of this is wrong
 *
 * @example
 * ```ts
 * import { trace } from '@opentelemetry/api';
 * import { defineOperation, inMemory } from 'paladin-rx';
 * import { traceWith } from 'paladin-rx/otel';
 *
 * const square = defineOperation({ name: 'square', execute: (x: number) => x * x });
 *
 * const runtime = inMemory();
 * traceWith(runtime, trace.getTracer('my-program'));
 * console.log(await runtime.run(square, 3)); // 9
 * await runtime.close();
 * ```
 */
export function traceWith(runtime: Runtime, tracer: Tracer, options: TraceOptions = {}): () => void {
  checkRuntime('traceWith', runtime);
  const { batches = 'linked' } = checkOptions('traceWith', options, known);
  if (!choices.has(batches)) throw invalid("batches to be 'linked', 'child' or 'none'", batches);
  const given: unknown = tracer;
  const isTracer = typeof given === 'object' && given !== null && typeof readOr(given, 'startSpan') === 'function';
  if (!isTracer) throw invalid("a tracer, as in trace.getTracer('my-program')", given);
  const { '~paladinListen': listen } = runtime as { '~paladinListen'?(listener: OpeningListener): () => void };
  if (listen === undefined) throw invalid('a runtime of this version of paladin-rx', runtime);
  return listen.call(runtime, (job) => new JobTrace(tracer, job, batches));
}

function invalid(expected: string, got: unknown): PaladinError {
  return new PaladinError('INVALID_INPUT', `traceWith: expected ${expected}, got ${describe(got)}`);
}
