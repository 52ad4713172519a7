import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { reportEveryMs } from '../../src/limits.js';
import { hubOption, option, tokenOptions } from './options.js';
import { StatusScreen } from './status-screen.js';
import { statusText } from './status-text.js';
import type { StatusWatcher } from '../../src/leader/observe.js';
import { tokenShown } from './token-file.js';

interface Options {
  readonly hub: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly json?: boolean;
  readonly watch?: boolean;
}

export function statusCommand(): Command {
  const [tokenOption, tokenFileOption] = tokenOptions();
  return new Command('status')
    .description('show who is connected to a hub, and what is queued and running')
    .addOption(hubOption())
    .addOption(tokenOption)
    .addOption(tokenFileOption)
    .addOption(option('--json', 'print JSON; with --watch, a line each second'))
    .addOption(option('--watch', 'show it anew each second, until Ctrl-C'))
    .action(async ({ hub, token, tokenFile, json = false, watch = false }: Options) => {
      // Loaded by the command that needs it, so that the others start sooner.
      const { fetchStatus, watchStatus } = await import('../../src/leader/observe.js');
      const shown = tokenShown(token, tokenFile);
      if (watch) {
        await watched((watcher) => watchStatus(hub, shown, watchEveryMs, watcher), new StatusScreen(hub, json));
        return;
      }
      let status = await fetchStatus(hub, shown);
      if (status.jobs.some(({ progress }) => progress === undefined)) {
        // Leaders say how far their jobs are once somebody has looked.
        await sleep(2 * reportEveryMs);
        status = await fetchStatus(hub, shown);
      }
      console.log(json ? JSON.stringify(status, undefined, 2) : statusText(hub, status));
    });
}

/** How often the status is shown anew. */
const watchEveryMs = 1_000;

/** Shows what a hub says, until an interrupt, or until the hub refuses to. */
async function watched(watch: (watcher: StatusWatcher) => () => Promise<void>, screen: StatusScreen): Promise<void> {
  let end: (() => Promise<void>) | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
      process.stdout.on('error', () => resolve());
      end = watch({
        told: (status) => screen.show(status),
        lost: (reason) => screen.say(`the connection to the hub is lost: ${reason}; it is waited for`),
        refused: reject,
      });
    });
  } finally {
    await end?.();
  }
}
