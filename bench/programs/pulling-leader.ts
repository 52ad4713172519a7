/**
 * A leader that pulls numbers through a map and checks each result. It sends how many have come, a hundred times on the way.
 *
 * The slow element, if there is one, is that many elements from the first; what comes after it waits for it to be emitted.
 */
import { connect, fromPull, remoteMap } from 'paladin-rx';
import { check, checkCount, elementsOf, numbers } from '../work/data-kinds.js';
import { noOp, waitOnce } from '../work/operations.js';

const [, , hub = '', count = '', slow = '', slowMs = ''] = process.argv;
const elements = Number(count);
const step = Math.max(1, Math.floor(elements / 100));
const runtime = await connect(hub);
console.log('ready');
process.on('disconnect', () => {
  process.exit();
});
process.once('message', () => {
  void run();
});

async function run(): Promise<void> {
  let next = 0;
  const source = fromPull(elementsOf(numbers, elements) as Generator<number>);
  const results = source.pipe(
    slow === '' ? remoteMap(noOp, runtime) : remoteMap(waitOnce(Number(slow), Number(slowMs)), runtime),
  );
  await results.forEach((value) => {
    check(numbers, value, next);
    next += 1;
    if (next % step === 0) process.send?.(next);
  });
  checkCount(next, elements);
  process.send?.('done');
}
