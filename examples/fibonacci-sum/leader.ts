// The sum of the first ten Fibonacci numbers, computed by whoever has joined the hub. Three terminals, started in any order:
//
//   node dist/server/command/paladin.js hub
//   node dist/server/command/paladin.js worker dist/examples/fibonacci-sum/operations.js
//   node dist/examples/fibonacci-sum/leader.js
//
// The last one prints 143, and with `--factor 2` it prints 286. (The first two are `npx paladin hub` and `npx paladin worker …`
// where the package is installed.) Any number of workers may join, also late: the leader waits for the first. `worker.js` beside
// this file is a worker as a program of your own. All take `--hub <url>` when the hub listens elsewhere than at
// http://127.0.0.1:7400.

import { parseArgs } from 'node:util';
import { connect, remoteFold, remoteMap } from 'paladin-rx';
import { lastValueFrom, range } from 'rxjs';
import { fibAt, multiplyBy, sum } from './operations.js';

const { PALADIN_HUB = 'http://127.0.0.1:7400' } = process.env;
const { values: flags } = parseArgs({
  options: { hub: { type: 'string', default: PALADIN_HUB }, factor: { type: 'string', default: '1' } },
});

await using runtime = await connect(flags.hub);
const total = await lastValueFrom(
  range(1, 10).pipe(remoteMap(fibAt, runtime), remoteMap(multiplyBy(Number(flags.factor)), runtime), remoteFold(sum, runtime)),
);
console.log(total);
