/** What runs in each thread of the thread executor: loads the modules, then executes one batch at a time. */
import { callerContext } from '../caller-context.js';
import { encodeError } from '../errors/remote-error.js';
import { loadModules } from '../operation/modules.js';
import { Registry } from '../operation/registry.js';
import type { BatchLoss } from '../protocol/messages.js';
import { transferableOutcome } from './transferable.js';
import { executeAlone } from './executing-now.js';
import { JobExecution, type BatchEnd } from './run-batch.js';
import { SlotWaits, tooManyThreadsWait } from './slot-waits.js';
import { ThreadControl } from './thread-control.js';
import { mailMark, Mailbox, type FromThread, type KnownRun, type ToThread } from './thread-messages.js';
import { Origins, Output, takeSetUp, tellDeath } from './thread-port.js';
import { Progress } from './thread-progress.js';
import { isError, messageOf, readOr } from '../errors/thrown.js';

const setUp = takeSetUp();
const { port } = setUp;
const progress = new Progress(setUp.progress);
const toThread = new Mailbox(setUp.toThread);
const fromThread = new Mailbox(setUp.fromThread);
const registry = new Registry();
const executions = new Map<string, JobExecution>();
const control = new ThreadControl(progress);
/** What each batch begins with. */
const context = callerContext();
const output = new Output(port);
const origins = new Origins(setUp.watched);
/** The batch that is executing; 0: none. */
let current = 0;
/** The job that was executed last. */
let currentJob = '';
/** Its operation, which has asked whether it may wait. */
let asking: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;
// A module may replace it.
const exit = process.exit.bind(process);

// What modules run while they load belongs to no batch either.
executeAlone(undefined);
tellDeath(post, output, origins);
port.on('message', onMessage);
// The port must not keep the thread alive while modules are loaded: one of them may wait for something that never comes.
port.unref();
try {
  await origins.load(() => loadModules(setUp.modules, registry));
  const { operations, serializers } = registry.offers();
  const nothing = Object.fromEntries(
    serializers.map((name) => [name, registry.serializer(name)?.encode([]) ?? new Uint8Array()]),
  );
  port.ref();
  post({ type: 'ready', operations, serializers, nothing });
} catch (thrown) {
  const cause = isError(thrown) ? readOr(thrown, 'cause') : undefined;
  post({ type: 'failed', message: messageOf(thrown), cause: encodeError(cause === undefined ? thrown : cause).bytes });
}

function post(message: FromThread | typeof mailMark, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

// Only the executor posts to this port.
function onMessage(message: ToThread | typeof mailMark): void {
  if (typeof message === 'number') {
    execute(toThread.takeRun());
    return;
  }
  switch (message.type) {
    case 'run': {
      const { jobId, job, forget: over } = message;
      forget(over);
      if (job !== undefined) {
        // It waits for its operations without end: the executor outside terminates the thread.
        executions.set(jobId, new JobExecution(jobId, job.description, registry, job.maxPayloadBytes, Infinity, watchCreate));
      }
      execute(message);
      break;
    }
    case 'forget':
      forget(message.jobIds);
      break;
    case 'waits':
      if (message.most === undefined) asking?.resolve();
      else asking?.reject(tooManyThreadsWait(message.most));
      asking = undefined;
      break;
    case 'written':
      output.written(message.bytes);
      break;
    case 'close':
      exit(0);
  }
}

function forget(jobIds: readonly string[]): void {
  for (const jobId of jobIds) {
    origins.again(() => executions.get(jobId)?.abort());
    executions.delete(jobId);
  }
}

/** Settles once the executor has let the batch wait. */
function changeWaiting(turn: number, isWaiting: boolean): Promise<void> | undefined {
  // Code that goes on after the end of its batch has no slot to give up.
  if (turn !== current) return undefined;
  post({ type: 'waits', turn, isWaiting });
  if (!isWaiting) return undefined;
  return new Promise((resolve, reject) => {
    asking = { resolve, reject };
  });
}

/** Seen from outside: a set-up may block this thread. */
function watchCreate(stage: number): () => void {
  return progress.beginCreate(stage);
}

function execute({ jobId, turn, batch }: KnownRun): void {
  control.turn = turn;
  control.waits = new SlotWaits((isWaiting) => changeWaiting(turn, isWaiting));
  current = turn;
  if (jobId !== currentJob) progress.forgetCreates();
  currentJob = jobId;
  executeAlone(control.waits);
  const end = ({ outcome, stuck }: BatchEnd): void => {
    origins.end();
    progress.deadlineMs = 0;
    current = 0;
    executeAlone(undefined);
    const isPlain = outcome.type === 'result' && !stuck && outcome.result.failures.length === 0;
    if (isPlain && fromThread.putResult({ turn, result: outcome.result })) {
      post(mailMark);
      return;
    }
    const owned = transferableOutcome(outcome);
    post({ type: 'ended', turn, outcome: owned.outcome, stuck }, owned.transfer);
  };
  const broke = (thrown: unknown): void => {
    // A defect here, or in a serializer. It counts as a death against the unit, so that it does not go on for ever.
    const reason = `while it was executing, its thread failed: ${messageOf(thrown)}`;
    const { offset, stage } = progress;
    const loss: BatchLoss = { seq: batch.seq, attempt: batch.attempt, cause: 'death', offset, stage, reason };
    end({ outcome: { type: 'lost', loss }, stuck: true });
  };
  try {
    const execution = executions.get(jobId);
    if (execution === undefined) throw new Error(`job ${jobId} is not known to this thread`);
    // What an operation does to its context concerns no other.
    const running = context.run(() => origins.begin(turn, () => execution.run(batch, control)));
    if (running instanceof Promise) running.then(end).catch(broke);
    else end(running);
  } catch (thrown) {
    broke(thrown);
  }
}
