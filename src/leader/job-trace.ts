import {
  context,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { PaladinError } from '../errors/paladin-error.js';
import { isA, isError, messageOf } from '../errors/thrown.js';
import type { Batch, BatchLoss, BatchResult } from '../protocol/messages.js';
import type { Headers } from '../wire/headers.js';
import type { Answer, JobCounts, JobEnding, JobListener, ListenedJob } from './job-listener.js';

/** Which spans are made of batches. */
export type BatchSpans = 'linked' | 'child' | 'none';

/** Losses that nothing is wrong with: the batch was not begun, or nobody wants it any more. */
const harmless: ReadonlySet<BatchLoss['cause']> = new Set(['returned', 'cancelled']);

/**
 * The spans of one job. Attributes are those of OpenTelemetry's conventions for messaging, where it has one. The others begin
 * with `paladin.`.
 */
export class JobTrace implements JobListener {
  readonly headers: Headers;
  readonly #tracer: Tracer;
  readonly #job: ListenedJob;
  readonly #batches: BatchSpans;
  readonly #parent = context.active();
  readonly #span: Span;
  /** Spans of the batches that are under way. */
  readonly #underWay = new Map<string, Span>();

  constructor(tracer: Tracer, job: ListenedJob, batches: BatchSpans) {
    this.#tracer = tracer;
    this.#job = job;
    this.#batches = batches;
    // Its context travels, unless that of its batches does.
    const isSender = batches !== 'child';
    this.#span = tracer.startSpan(
      `job ${this.#destination}`,
      {
        kind: isSender ? SpanKind.PRODUCER : SpanKind.INTERNAL,
        attributes: {
          ...this.#attributes('job'),
          ...(isSender && { 'messaging.operation.type': 'send' }),
          'paladin.job.name': job.name,
        },
      },
      this.#parent,
    );
    this.headers = this.#headersOf(this.#span);
  }

  sent(batch: Batch, part: number): Headers | undefined {
    if (!this.#span.isRecording()) return undefined;
    const { seq, attempt, first, count, units, tried = 0 } = batch;
    const facts = { 'paladin.batch.seq': seq, 'paladin.batch.attempt': attempt, 'paladin.batch.first': first };
    if (attempt > 1 || tried > 0) this.#span.addEvent('paladin.retry', { ...facts, 'paladin.batch.tried': tried });
    if (this.#batches === 'none') return undefined;
    const isChild = this.#batches === 'child';
    const span = this.#tracer.startSpan(
      `send ${this.#destination}`,
      {
        kind: isChild ? SpanKind.PRODUCER : SpanKind.CLIENT,
        attributes: {
          ...this.#attributes('send'),
          'messaging.operation.type': 'send',
          'messaging.batch.message_count': count,
          ...facts,
          'paladin.batch.units': units,
        },
        ...(!isChild && { root: true, links: [{ context: this.#span.spanContext() }] }),
      },
      isChild ? trace.setSpan(this.#parent, this.#span) : this.#parent,
    );
    this.#underWay.set(keyOf(part, seq, attempt), span);
    return isChild ? this.#headersOf(span) : undefined;
  }

  answered(answer: Answer, part: number): void {
    if (answer.type === 'dropped') {
      this.#take(keyOf(part, answer.seq, answer.attempt))
        ?.addEvent('paladin.dropped')
        .end();
      return;
    }
    const { seq, attempt } = answer.type === 'result' ? answer.result : answer.loss;
    const span = this.#take(keyOf(part, seq, attempt));
    span?.setAttribute('paladin.worker.id', answer.workerId);
    if (answer.type === 'result') settle(span, answer.result);
    else this.#lose(span, answer.loss, answer.workerId);
    span?.end();
  }

  ended(ending: JobEnding, { taken, emitted, failed, retried, skipped }: JobCounts): void {
    for (const span of this.#underWay.values()) span.addEvent('paladin.dropped').end();
    this.#underWay.clear();
    const span = this.#span;
    span.setAttributes({
      // It is known only now where the hub said welcome later.
      ...this.#conversation,
      'paladin.job.ending': ending.type,
      'paladin.elements.taken': taken,
      'paladin.elements.emitted': emitted,
      'paladin.elements.failed': failed,
      'paladin.elements.retried': retried,
      'paladin.elements.skipped': skipped,
    });
    if (ending.type === 'failed') fail(span, ending.error);
    span.end();
  }

  #lose(span: Span | undefined, { seq, attempt, cause, reason }: BatchLoss, workerId: string): void {
    const facts = { 'paladin.batch.seq': seq, 'paladin.batch.attempt': attempt, 'paladin.worker.id': workerId };
    this.#span.addEvent('paladin.loss', { ...facts, 'paladin.loss.cause': cause, 'paladin.loss.reason': reason });
    span?.setAttribute('paladin.loss.cause', cause);
    if (harmless.has(cause)) return;
    span?.setAttribute('error.type', cause).setStatus({ code: SpanStatusCode.ERROR, message: reason });
  }

  #take(key: string): Span | undefined {
    const span = this.#underWay.get(key);
    this.#underWay.delete(key);
    return span;
  }

  #headersOf(span: Span): Headers {
    const headers: Record<string, string> = {};
    propagation.inject(trace.setSpan(this.#parent, span), headers);
    return headers;
  }

  #attributes(operation: string): Attributes {
    return {
      'messaging.system': 'paladin',
      'messaging.operation.name': operation,
      'messaging.destination.name': this.#destination,
      ...this.#conversation,
    };
  }

  get #destination(): string {
    return this.#job.operations.join(' → ');
  }

  get #conversation(): Attributes {
    const { jobId } = this.#job;
    return jobId === '' ? {} : { 'messaging.message.conversation_id': jobId };
  }
}

function settle(span: Span | undefined, { done, failures, elapsedMs }: BatchResult): void {
  span?.setAttributes({
    'paladin.batch.done': done,
    'paladin.batch.failures': failures.length,
    'paladin.batch.execute_ms': elapsedMs,
  });
  const [failure] = failures;
  if (failure === undefined) return;
  const message = `${failures.length} of ${done} failed: ${failure.message}`;
  span?.setAttribute('error.type', failure.code).setStatus({ code: SpanStatusCode.ERROR, message });
}

function fail(span: Span, error: unknown): void {
  const message = messageOf(error);
  const type = isA(error, PaladinError) ? error.code : isError(error) ? error.name : typeof error;
  span.recordException(isError(error) ? error : message);
  span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR, message });
}

function keyOf(part: number, seq: number, attempt: number): string {
  return `${part} ${seq} ${attempt}`;
}
