import { context, propagation, trace, type Tracer } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
  type Sampler,
} from '@opentelemetry/sdk-trace-base';

/** OpenTelemetry in this process, as a program sets it up, with all spans in memory. */
export class Traced {
  readonly exporter: InMemorySpanExporter = new InMemorySpanExporter();
  readonly tracer: Tracer;

  constructor(sampler?: Sampler) {
    context.disable();
    propagation.disable();
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(
      new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
    );
    const spanProcessors = [new SimpleSpanProcessor(this.exporter)];
    this.tracer = new BasicTracerProvider({ spanProcessors, ...(sampler && { sampler }) }).getTracer('test');
  }

  get spans(): readonly ReadableSpan[] {
    return this.exporter.getFinishedSpans();
  }

  /** Spans whose name begins with this. */
  named(prefix: string): readonly ReadableSpan[] {
    return this.spans.filter(({ name }) => name.startsWith(prefix));
  }

  /** Spans of the batches that were executed. Others may have waited too long at a busy worker, and were handed back. */
  get executed(): readonly ReadableSpan[] {
    return this.named('send').filter(({ attributes }) => attributes['paladin.batch.done'] !== undefined);
  }

  /** The only one. */
  one(prefix: string): ReadableSpan {
    const [span, ...more] = this.named(prefix);
    if (span === undefined || more.length > 0) throw new Error(`expected one span '${prefix}', got ${1 + more.length}`);
    return span;
  }

  /** Calls something within a span, with baggage beside it. It returns the span's context and what the call returns. */
  async within<T>(call: () => Promise<T>): Promise<{ readonly traceId: string; readonly spanId: string; readonly value: T }> {
    const withBaggage = propagation.setBaggage(context.active(), propagation.createBaggage({ user: { value: 'ada' } }));
    return await context.with(withBaggage, () =>
      this.tracer.startActiveSpan('main', async (span) => {
        try {
          const value = await call();
          return { ...span.spanContext(), value };
        } finally {
          span.end();
        }
      }),
    );
  }

  end(): void {
    context.disable();
    propagation.disable();
    trace.disable();
  }
}

export const idOf = (span: ReadableSpan): string => span.spanContext().spanId;
export const parentOf = (span: ReadableSpan): string | undefined => span.parentSpanContext?.spanId;
export const eventsOf = (span: ReadableSpan): string[] => span.events.map(({ name }) => name);
