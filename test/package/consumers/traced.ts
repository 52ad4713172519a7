// A program that traces its jobs.
import { trace, type Tracer } from '@opentelemetry/api';
import { defineOperation, inMemory } from 'paladin-rx';
import { traceWith, type TraceOptions } from 'paladin-rx/otel';

const double = defineOperation({ name: 'double', execute: (n: number) => 2 * n });

export async function main(): Promise<number> {
  const tracer: Tracer = trace.getTracer('consumer');
  const options: TraceOptions = { batches: 'child' };
  const runtime = inMemory();
  const end: () => void = traceWith(runtime, tracer, options);
  // @ts-expect-error -- no such choice
  traceWith(runtime, tracer, { batches: 'all' });
  // @ts-expect-error -- a provider is no tracer
  traceWith(runtime, trace.getTracerProvider());
  const doubled: number = await runtime.run(double, 21);
  end();
  await runtime.close();
  return doubled;
}
