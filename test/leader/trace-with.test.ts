// Sets what `globalThis` has of OpenTelemetry.
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { AlwaysOffSampler, ParentBasedSampler } from '@opentelemetry/sdk-trace-base';
import { inMemory, remoteFold, remoteMap, type Runtime } from 'paladin-rx';
import { traceWith } from 'paladin-rx/otel';
import { from, lastValueFrom, range, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  dies,
  fails,
  failsAtFirst,
  seen,
  seenAtCreate,
  seenInCombine,
  seenLater,
  waits,
} from '../fixtures/traced-operations.mjs';
import { make } from '../executor/web-runtime.js';
import { eventsOf, idOf, parentOf, Traced } from './traced.js';

let traced: Traced;
beforeEach(() => {
  traced = new Traced();
});
afterEach(() => traced.end());

const modules = [new URL('../fixtures/traced-operations.mjs', import.meta.url)];
const places: readonly (readonly [string, () => Runtime])[] = [
  ['inline', () => inMemory({ workers: 2 })],
  ['in threads', () => inMemory({ workers: 1, modules })],
  ['in a Web Worker', () => inMemory({ workers: 1, worker: make('web-worker-traced') })],
];

describe.each(places)('%s', (_, start) => {
  it('a job is a child of the span of its subscriber, and operations make children of the job', async () => {
    await using runtime = start();
    traceWith(runtime, traced.tracer);
    const main = await traced.within(() => lastValueFrom(from([1, 2, 3]).pipe(remoteMap(seenLater, runtime), toArray())));
    const job = traced.one('job seen-later');
    expect([job.kind, parentOf(job), job.spanContext().traceId]).toEqual([SpanKind.PRODUCER, main.spanId, main.traceId]);
    expect(job.attributes).toMatchObject({
      'messaging.system': 'paladin',
      'messaging.operation.name': 'job',
      'messaging.operation.type': 'send',
      'messaging.destination.name': 'seen-later',
      'messaging.message.conversation_id': expect.stringMatching(/:1$/u) as unknown,
      'paladin.job.ending': 'completed',
      'paladin.elements.taken': 3,
      'paladin.elements.emitted': 3,
    });
    expect(job.status.code).toBe(SpanStatusCode.UNSET);
    const expected = { traceId: main.traceId, active: main.traceId, parentId: idOf(job), isSampled: true, user: 'ada' };
    expect(main.value).toEqual([expected, expected, expected]);
  });

  it('batches have traces of their own, with a link to the job', async () => {
    await using runtime = start();
    traceWith(runtime, traced.tracer);
    await traced.within(() => lastValueFrom(range(0, 10).pipe(remoteMap(seen, runtime, { batch: 4 }))));
    const job = traced.one('job');
    const batches = traced.executed;
    expect(batches.reduce((sum, { attributes }) => sum + Number(attributes['messaging.batch.message_count']), 0)).toBe(10);
    for (const batch of batches) {
      expect([batch.kind, parentOf(batch), batch.links.map((link) => link.context.spanId)]).toEqual([
        SpanKind.CLIENT,
        undefined,
        [idOf(job)],
      ]);
      expect(batch.spanContext().traceId).not.toBe(job.spanContext().traceId);
      expect(batch.attributes['paladin.batch.failures']).toBe(0);
    }
  });

  it('batches are children of the job where that is asked for, and operations make children of the batches', async () => {
    await using runtime = start();
    traceWith(runtime, traced.tracer, { batches: 'child' });
    const { value } = await traced.within(() =>
      lastValueFrom(range(0, 4).pipe(remoteMap(seenLater, runtime, { batch: 1 }), toArray())),
    );
    const job = traced.one('job');
    const batches = traced.executed.toSorted(
      (a, b) => Number(a.attributes['paladin.batch.first']) - Number(b.attributes['paladin.batch.first']),
    );
    expect(job.kind).toBe(SpanKind.INTERNAL);
    expect(batches.map((batch) => [batch.kind, parentOf(batch)])).toEqual(batches.map(() => [SpanKind.PRODUCER, idOf(job)]));
    expect(batches).toHaveLength(4);
    expect(value.map(({ parentId, user }) => [parentId, user])).toEqual(batches.map((batch) => [idOf(batch), 'ada']));
  });

  it('create and combine are within the context, too', async () => {
    await using runtime = start();
    traceWith(runtime, traced.tracer, { batches: 'none' });
    const created = await traced.within(() => lastValueFrom(from([1]).pipe(remoteMap(seenAtCreate(), runtime))));
    const combined = await traced.within(() =>
      lastValueFrom(from([{}, {}]).pipe(remoteFold(seenInCombine, runtime, { batch: 2 }))),
    );
    expect(created.value).toMatchObject({ traceId: created.traceId, parentId: idOf(traced.one('job seen-at-create')) });
    expect(combined.value).toMatchObject({ traceId: combined.traceId, parentId: idOf(traced.one('job seen-in-combine')) });
    expect(traced.named('send')).toEqual([]);
  });

  it('each call of run is a job of its own, in the trace of its caller', async () => {
    await using runtime = start();
    traceWith(runtime, traced.tracer);
    for (const at of [0, 1, 2]) {
      const { traceId, value } = await traced.within(() => runtime.run(seen, at));
      expect(value).toMatchObject({ traceId, parentId: traced.named('job seen').map(idOf)[at] });
    }
    expect(traced.named('job seen')).toHaveLength(3);
  });

  it('what is not sampled is not sampled anywhere', async () => {
    traced.end();
    traced = new Traced(new ParentBasedSampler({ root: new AlwaysOffSampler() }));
    await using runtime = start();
    traceWith(runtime, traced.tracer, { batches: 'child' });
    const { traceId, value } = await traced.within(() => runtime.run(seenLater, 1));
    expect(value).toMatchObject({ active: traceId, isSampled: false, user: 'ada' });
    expect(traced.spans).toEqual([]);
  });

  it('a retry is an event of the job', async () => {
    await using runtime = start();
    traceWith(runtime, traced.tracer);
    expect(await runtime.run(failsAtFirst, 5)).toBe(5);
    const job = traced.one('job');
    expect(eventsOf(job)).toEqual(['paladin.retry']);
    expect(job.attributes['paladin.elements.retried']).toBe(1);
    const [first, second] = traced.named('send');
    expect(first?.status).toEqual({ code: SpanStatusCode.ERROR, message: expect.stringContaining('not yet') as unknown });
    expect(first?.attributes['error.type']).toBe('OPERATION_FAILED');
    expect(second?.status.code).toBe(SpanStatusCode.UNSET);
  });

  it('an error is the status of the job', async () => {
    await using runtime = start();
    traceWith(runtime, traced.tracer);
    await expect(lastValueFrom(from([1]).pipe(remoteMap(fails, runtime)))).rejects.toThrow('no luck');
    const job = traced.one('job');
    expect(job.status).toEqual({ code: SpanStatusCode.ERROR, message: expect.stringContaining('no luck') as unknown });
    expect(job.attributes).toMatchObject({ 'error.type': 'OPERATION_FAILED', 'paladin.job.ending': 'failed' });
    expect(eventsOf(job)).toEqual(['exception']);
  });

  it('a job that is cancelled ends its spans', async () => {
    await using runtime = start();
    traceWith(runtime, traced.tracer);
    const subscription = from([60_000]).pipe(remoteMap(waits, runtime)).subscribe();
    await vi.waitFor(() => expect(runtime.jobs()[0]?.inFlight).toBe(1));
    subscription.unsubscribe();
    expect(traced.one('job').attributes['paladin.job.ending']).toBe('cancelled');
    expect(traced.one('job').status.code).toBe(SpanStatusCode.UNSET);
    expect(eventsOf(traced.one('send'))).toEqual(['paladin.dropped']);
  });
});

it('a loss is an event of the job, and the status of the batch', async () => {
  await using runtime = inMemory({ workers: 1, modules });
  traceWith(runtime, traced.tracer);
  expect(await runtime.run(dies, 7)).toBe(7);
  expect(eventsOf(traced.one('job'))).toEqual(['paladin.loss', 'paladin.retry']);
  const [lost, again] = traced.named('send');
  expect(lost?.attributes).toMatchObject({ 'error.type': 'death', 'paladin.loss.cause': 'death' });
  expect(lost?.status).toMatchObject({ code: SpanStatusCode.ERROR, message: expect.stringContaining('code 3') as unknown });
  expect(again?.attributes).toMatchObject({ 'paladin.batch.done': 1 });
});

it('a thousand batches have a thousand spans', async () => {
  await using runtime = inMemory({ workers: 2 });
  traceWith(runtime, traced.tracer);
  await lastValueFrom(range(0, 1_000).pipe(remoteMap(seen, runtime, { batch: 1 })));
  expect(traced.executed).toHaveLength(1_000);
  expect(new Set(traced.executed.map(({ attributes }) => attributes['paladin.batch.first'])).size).toBe(1_000);
});

it('jobs that open after the end of it have no spans, and calls of run share a job again', async () => {
  await using runtime = inMemory({ workers: 1 });
  const end = traceWith(runtime, traced.tracer);
  await runtime.run(seen, 1);
  end();
  end();
  expect(await runtime.run(seen, 1)).toMatchObject({ parentId: undefined });
  expect(traced.named('job')).toHaveLength(1);
});

it('a tracer that throws touches no job', async () => {
  const thrown = vi.fn();
  process.once('uncaughtException', thrown);
  await using runtime = inMemory({ workers: 1 });
  const broken = {
    startSpan: () => {
      throw new Error('broken tracer');
    },
    startActiveSpan: () => undefined as never,
  };
  traceWith(runtime, broken);
  expect(await runtime.run(seen, 1)).toMatchObject({ isSampled: true });
  await vi.waitFor(() => expect(thrown).toHaveBeenCalledTimes(1));
});

it('says what is wrong', () => {
  const runtime = inMemory();
  expect(() => traceWith({} as never, traced.tracer)).toThrow('traceWith: expected a runtime');
  expect(() => traceWith(runtime, {} as never)).toThrow("traceWith: expected a tracer, as in trace.getTracer('my-program'), got");
  expect(() => traceWith(runtime, traced.tracer, { batches: 'all' as never })).toThrow(
    "traceWith: expected batches to be 'linked', 'child' or 'none', got",
  );
  expect(() => traceWith(runtime, traced.tracer, { batch: 1 } as never)).toThrow('batch');
  return runtime.close();
});
