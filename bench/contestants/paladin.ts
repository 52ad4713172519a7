import { Cleanup } from '../cleanup.js';
import { fileURLToPath } from 'node:url';
import { connect, fromPull, remoteMap } from 'paladin-rx';
import { Program } from '../processes.js';
import { rateOf, type Contestant } from '../measure.js';
import { noOp } from '../operations.js';

const command = 'server/command/paladin.js';

/** Ourselves, as a user runs us: leader, hub and workers as processes. */
export function paladin(workers: number, elements: number): Contestant {
  return {
    name: `paladin-rx, hub and ${workers} worker${workers === 1 ? '' : 's'}`,
    start: async () => {
      const cleanup = new Cleanup();
      const hub = await Program.start(command, ['hub', '--port', '0'], /^hub listening/u);
      cleanup.use(hub.program);
      const url = hub.line.replace('hub listening on ', '');
      const operations = fileURLToPath(new URL('../operations.js', import.meta.url));
      for (let worker = 0; worker < workers; worker += 1) {
        const args = ['worker', operations, '--hub', url, '--threads', '1'];
        cleanup.use((await Program.start(command, args, /^worker ready/u)).program);
      }
      const runtime = cleanup.use(await connect(url));
      return {
        run: () =>
          rateOf(elements, async () => {
            let next = 0;
            await fromPull(numbers(elements))
              .pipe(remoteMap(noOp, runtime))
              .forEach((value) => {
                if (value !== next) throw new Error(`expected ${next}, got ${String(value)}`);
                next += 1;
              });
            if (next !== elements) throw new Error(`expected ${elements} results, got ${next}`);
          }),
        [Symbol.asyncDispose]: () => cleanup[Symbol.asyncDispose](),
      };
    },
  };
}

function* numbers(count: number): Generator {
  for (let at = 0; at < count; at += 1) yield at;
}
