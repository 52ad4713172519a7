/** The first result of a pool of Piscina's. */
import { Piscina } from 'piscina';
import { printSinceStart } from './since-start.js';

const pool = new Piscina({ filename: new URL('doubling-task.js', import.meta.url).href, name: 'double' });
printSinceStart(await pool.run(21));
await pool.destroy();
