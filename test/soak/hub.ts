/** A hub that can be asked what it has in use and what it holds. */
import { startHub } from 'paladin-rx/server';
import { answer } from '../processes/answering.js';
import { measure } from './measure.js';

const hub = await startHub({ port: 0 });
answer({ measure, status: () => hub.status() });
console.log(`hub listening on ${hub.url}`);
