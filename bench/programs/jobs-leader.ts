/**
 * A leader with many jobs open, whose batches have one element each. Told a number, it sends that many batches, evenly from all
 * jobs.
 */
import { Subject } from 'rxjs';
import { connect, remoteMap } from 'paladin-rx';
import { check, numbers } from '../work/data-kinds.js';
import { noOp } from '../work/operations.js';

const [, , hub = '', count = '1'] = process.argv;
const runtime = await connect(hub);
let left = 0;
const jobs = Array.from({ length: Number(count) }, () => {
  const source = new Subject<number>();
  let sent = 0;
  let received = 0;
  source.pipe(remoteMap(noOp, runtime, { batch: 1 })).subscribe((value) => {
    check(numbers, value, received);
    received += 1;
    left -= 1;
    if (left === 0) process.send?.('done');
  });
  return {
    send: () => {
      source.next(sent);
      sent += 1;
    },
  };
});
process.on('message', (batches) => {
  left = Number(batches);
  for (let batch = 0; batch < Number(batches); batch += 1) jobs[batch % jobs.length]?.send();
});
process.on('disconnect', () => {
  process.exit();
});
console.log('ready');
