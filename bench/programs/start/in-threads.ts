/** The first result of a thread, through an operator. */
import { inMemory, remoteMap } from 'paladin-rx';
import { firstValueFrom, of } from 'rxjs';
import { double } from './doubling-operation.js';
import { printSinceStart } from './since-start.js';

const runtime = inMemory({ modules: [new URL('doubling-operation.js', import.meta.url)] });
printSinceStart(await firstValueFrom(of(21).pipe(remoteMap(double, runtime))));
await runtime.close();
