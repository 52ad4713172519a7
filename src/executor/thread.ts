/** What runs in each thread of the thread executor: loads the modules, then executes one batch at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { callerContext } from '../caller-context.js';
import { loadModules } from '../operation/modules.js';
import { Registry } from '../operation/registry.js';
import type { BatchLoss } from '../protocol/messages.js';
import { ownOutcome } from './own-bytes.js';
import { JobExecution, type BatchEnd } from './run-batch.js';
import { ThreadControl } from './thread-control.js';
import { Mailbox, type FromThread, type KnownRun, type ThreadSetUp, type ToThread } from './thread-messages.js';
import { Progress } from './thread-progress.js';
import { asText, isError, messageOf, readOr } from '../errors/thrown.js';

if (parentPort === null) throw new Error('this module is the entry of a worker thread');
const port = parentPort;
// The executor starts its threads with nothing else.
const setUp = workerData as ThreadSetUp;
const progress = new Progress(setUp.progress);
const toThread = new Mailbox(setUp.toThread);
const fromThread = new Mailbox(setUp.fromThread);
const registry = new Registry();
const executions = new Map<string, JobExecution>();
const control = new ThreadControl(progress);
/** What each batch begins with. */
const context = callerContext();

try {
  await loadModules(setUp.modules, registry);
  const { operations, serializers } = registry.offers();
  const nothing = Object.fromEntries(
    serializers.map((name) => [name, registry.serializer(name)?.encode([]) ?? new Uint8Array()]),
  );
  // Only now, since a port that is listened to keeps a thread alive whose module waits for what never comes.
  port.on('message', onMessage);
  post({ type: 'ready', operations, serializers, nothing });
} catch (thrown) {
  const cause = isError(thrown) ? readOr(thrown, 'cause') : undefined;
  const source = isError(cause) ? cause : thrown;
  const message = messageOf(source);
  const stack = isError(source) ? asText(readOr(source, 'stack') ?? message) : message;
  post({ type: 'failed', message: messageOf(thrown), cause: { message, stack } });
}

function post(message: FromThread | number, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

// Only the executor posts to this port.
function onMessage(message: ToThread | number): void {
  if (typeof message === 'number') {
    execute(toThread.takeRun());
  } else if (message.type === 'forget') {
    forget(message.jobIds);
  } else {
    const { jobId, job, forget: over } = message;
    forget(over);
    if (job !== undefined) {
      // Its operations are waited for without end: the executor outside terminates the thread.
      executions.set(jobId, new JobExecution(jobId, job.description, registry, job.maxPayloadBytes, Infinity));
    }
    execute(message);
  }
}

function forget(jobIds: readonly string[]): void {
  for (const jobId of jobIds) {
    executions.get(jobId)?.abort();
    executions.delete(jobId);
  }
}

function execute({ jobId, turn, batch }: KnownRun): void {
  control.turn = turn;
  const end = ({ outcome, stuck }: BatchEnd): void => {
    progress.deadlineMs = 0;
    const isPlain = outcome.type === 'result' && !stuck && outcome.result.failures.length === 0;
    if (isPlain && fromThread.putResult({ turn, result: outcome.result })) {
      post(setUp.mark);
      return;
    }
    const owned = ownOutcome(outcome);
    post({ type: 'ended', turn, outcome: owned.outcome, stuck }, owned.transfer);
  };
  const broke = (thrown: unknown): void => {
    // A defect here, or in a serializer; as a death it counts against the unit, so that it does not go on for ever.
    const reason = `while it was executing, its thread failed: ${messageOf(thrown)}`;
    const { offset, stage } = progress;
    const loss: BatchLoss = { seq: batch.seq, attempt: batch.attempt, cause: 'death', offset, stage, reason };
    end({ outcome: { type: 'lost', loss }, stuck: true });
  };
  try {
    const execution = executions.get(jobId);
    if (execution === undefined) throw new Error(`job ${jobId} is not known to this thread`);
    // What an operation does to its context concerns no other.
    const running = context.run(callerContext).run(() => execution.run(batch, control));
    if (running instanceof Promise) running.then(end).catch(broke);
    else end(running);
  } catch (thrown) {
    broke(thrown);
  }
}
