import { SpanStatusCode } from '@opentelemetry/api';
import { connect, remoteMap } from 'paladin-rx';
import { traceWith } from 'paladin-rx/otel';
import { fileURLToPath } from 'node:url';
import { lastValueFrom, range, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Command, startHubCommand } from '../commands/command.js';
import { dies, seenLater, waits } from '../fixtures/traced-operations.mjs';
import { eventsOf, idOf, parentOf, Traced } from './traced.js';

let traced: Traced;
beforeEach(() => {
  traced = new Traced();
});
afterEach(() => traced.end());

const operations = fileURLToPath(new URL('../fixtures/traced-operations.mjs', import.meta.url));

async function startWorker(url: string, ...args: string[]): Promise<Command> {
  const worker = new Command(['worker', operations, '--hub', url, ...args]);
  await worker.printed(/^worker ready/u);
  return worker;
}

describe.each([
  ['in a thread', ['--threads', '1']],
  ['inline', ['--inline', '--slots', '2']],
])('through a hub to a worker %s', (_, args) => {
  it.each(['linked', 'child'] as const)('the trace goes along, with batches that are %s', async (batches) => {
    await using hub = await startHubCommand();
    await using worker = await startWorker(hub.url, ...args);
    await using runtime = await connect(hub.url);
    traceWith(runtime, traced.tracer, { batches });
    const main = await traced.within(() =>
      lastValueFrom(range(0, 100).pipe(remoteMap(seenLater, runtime, { batch: 10 }), toArray())),
    );
    const job = traced.one('job');
    expect(parentOf(job)).toBe(main.spanId);
    const sent = traced.executed;
    expect(sent).toHaveLength(10);
    const parents = new Set(batches === 'child' ? sent.map(idOf) : [idOf(job)]);
    for (const each of main.value) {
      expect(each).toMatchObject({ traceId: main.traceId, active: main.traceId, isSampled: true, user: 'ada' });
      expect(parents).toContain(each.parentId);
    }
    expect(new Set(main.value.map(({ parentId }) => parentId))).toEqual(parents);
    expect(worker.output).not.toContain('error');
  });
});

it('a worker that is killed is an event of the job', async () => {
  await using hub = await startHubCommand();
  await using first = await startWorker(hub.url, '--threads', '1', '--name', 'first');
  await using runtime = await connect(hub.url);
  traceWith(runtime, traced.tracer);
  const running = runtime.run(waits, 2_000);
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (runtime.jobs()[0]?.inFlight !== 1) return;
      clearInterval(timer);
      resolve();
    }, 20);
  });
  await using second = await startWorker(hub.url, '--threads', '1', '--name', 'second');
  first.kill('SIGKILL');
  expect(await running).toBe(2_000);
  const job = traced.one('job');
  expect(eventsOf(job)).toEqual(['paladin.loss', 'paladin.retry']);
  expect(job.events[0]?.attributes).toMatchObject({ 'paladin.loss.cause': 'gone' });
  expect(traced.named('send').map(({ status }) => status.code)).toEqual([SpanStatusCode.ERROR, SpanStatusCode.UNSET]);
  expect(second.output).not.toContain('error');
}, 60_000);

it('a thread that dies at a worker is an event of the job', async () => {
  await using hub = await startHubCommand();
  await using worker = await startWorker(hub.url, '--threads', '1');
  await using runtime = await connect(hub.url);
  traceWith(runtime, traced.tracer);
  expect(await runtime.run(dies, 1)).toBe(1);
  expect(eventsOf(traced.one('job'))).toEqual(['paladin.loss', 'paladin.retry']);
  expect(worker.output).toContain('exited with code 3');
});
