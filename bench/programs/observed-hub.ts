/** A hub, as `paladin hub` starts one, that can be asked what it has used. */
import { startHub } from 'paladin-rx/server';
import { answer } from './answering.js';
import { cpuMs } from './cpu-ms.js';
import { countSocketBytes } from './socket-bytes.js';

const bytes = countSocketBytes();
const hub = await startHub({ port: 0 });
answer({ cpuMs, bytes });
console.log(`hub listening on ${hub.url}`);
