#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { exitCodes, exitWith } from './exit-codes.js';
import { hubCommand } from './hub-command.js';
import { statusCommand } from './status-command.js';
import { workerCommand } from './worker-command.js';

/** Beside dist, both in the repository and in the installed package. */
const packageJson: unknown = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
const { version } = packageJson as { readonly version: string };

const program = new Command('paladin')
  .description('Distributed map and fold for RxJS: run a hub, run workers, see what they do.')
  .version(version)
  .addCommand(hubCommand())
  .addCommand(workerCommand())
  .addCommand(statusCommand())
  .showHelpAfterError('(see --help)')
  .addHelpText('after', `\n${exitCodes}`);

await program.parseAsync().catch((error: unknown) => {
  exitWith(error);
});
