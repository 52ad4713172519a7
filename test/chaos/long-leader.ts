/** A leader with one operation to run: `long-leader.js HUB MS FILE`. Ends with 0 when the right result has come. */
import { connect } from 'paladin-rx';
import { toil } from './operations.js';

const [, , hub = '', duration = '', file = ''] = process.argv;
const ms = Number(duration);
const runtime = await connect(hub);
const result = await runtime.run(toil, { ms, file });
await runtime.close();
if (result !== `toiled for ${ms} ms`) throw new Error(`expected the operation's result, got ${result}`);
