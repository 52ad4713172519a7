/** A leader that maps a million small numbers, which costs next to nothing, again and again. */
import { connect, fromPull, remoteMap } from 'paladin-rx';
import { settledElements } from '../contestants/loads.js';
import { check, checkCount, elementsOf, numbers } from '../work/data-kinds.js';
import { noOp } from '../work/operations.js';
import { answer } from './answering.js';

const elements = 1_000_000;

const [, , hub = ''] = process.argv;
const runtime = await connect(hub);
// It ends with the bench.
answer({});
for (let job = 0; ; job += 1) {
  let next = 0;
  await fromPull(elementsOf(numbers, elements))
    .pipe(remoteMap(noOp, runtime))
    .forEach((value) => {
      check(numbers, value, next);
      next += 1;
      if (job === 0 && next === settledElements) console.log('under way');
    });
  checkCount(next, elements);
}
