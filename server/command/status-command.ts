import { Command } from 'commander';
import { hubOption, option, tokenOptions } from './options.js';
import { statusText } from './status-text.js';
import { tokenShown } from './token-file.js';

interface Options {
  readonly hub: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly json?: boolean;
}

export function statusCommand(): Command {
  const [tokenOption, tokenFileOption] = tokenOptions();
  return new Command('status')
    .description('show who is connected to a hub, and what is queued and running')
    .addOption(hubOption())
    .addOption(tokenOption)
    .addOption(tokenFileOption)
    .addOption(option('--json', 'print JSON'))
    .action(async ({ hub, token, tokenFile, json = false }: Options) => {
      // Loaded by the command that needs it, so that the others start sooner.
      const { fetchStatus } = await import('../../src/leader/observe.js');
      const status = await fetchStatus(hub, tokenShown(token, tokenFile));
      console.log(json ? JSON.stringify(status, undefined, 2) : statusText(hub, status));
    });
}
