/** What runs in each thread of Node: loads the modules, then executes one batch at a time. */
import { callerContext } from '../caller-context.js';
import { loadModules } from '../operation/modules.js';
import { Registry } from '../operation/registry.js';
import { Mailbox } from './mailbox.js';
import { mailMark, type FromNodeThread, type ToNodeThread } from './node-thread-messages.js';
import type { FromThread } from './thread-messages.js';
import { Origins, Output, takeSetUp, tellDeath } from './thread-port.js';
import { Progress } from './thread-progress.js';
import { ThreadWork } from './thread-work.js';
import { transferableOutcome } from './transferable.js';

const setUp = takeSetUp();
const { port } = setUp;
const toThread = new Mailbox(setUp.toThread);
const fromThread = new Mailbox(setUp.fromThread);
const registry = new Registry();
/** What each batch begins with. */
const context = callerContext();
const output = new Output(port);
const origins = new Origins(setUp.watched);
// A module may replace it.
const exit = process.exit.bind(process);

const progress = new Progress(setUp.progress);
/** Tells how much memory the objects of this thread take. It takes some µs. */
const measure = (): void => {
  const { heapUsed, external } = process.memoryUsage();
  progress.usedBytes = heapUsed + external;
};

const work = new ThreadWork(registry, {
  progress,
  post: answer,
  // What an operation does to its context concerns no other.
  begin: ({ batchNumber }, _, begin) => context.run(() => origins.begin(batchNumber, begin)),
  again: (call) => origins.again(call),
  end: () => {
    origins.end();
    if (setUp.measured) measure();
  },
});
tellDeath(post, output, origins);
port.on('message', onMessage);
// The port must not keep the thread alive while modules are loaded: one of them may wait for something that never comes.
port.unref();
try {
  await origins.load(() => loadModules(setUp.modules, registry));
  port.ref();
  if (setUp.measured) measure();
  work.ready();
} catch (thrown) {
  work.failed(thrown);
}

function post(message: FromNodeThread, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

/** Small results go by the mailbox. */
function answer(message: FromThread): void {
  if (message.type !== 'ended') {
    post(message);
    return;
  }
  const { batchNumber, outcome, stuck } = message;
  const isPlain = outcome.type === 'result' && !stuck && outcome.result.failures.length === 0;
  if (isPlain && fromThread.putResult({ batchNumber, result: outcome.result })) {
    post(mailMark);
    return;
  }
  const owned = transferableOutcome(outcome);
  post({ ...message, outcome: owned.outcome }, owned.transfer);
}

// Only the executor posts to this port.
function onMessage(message: ToNodeThread): void {
  if (typeof message === 'number') work.run(toThread.takeRun());
  else if (message.type === 'written') output.written(message.bytes);
  else if (message.type === 'close') exit(0);
  else work.receive(message);
}
