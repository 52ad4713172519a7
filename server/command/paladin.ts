#!/usr/bin/env node
import { Command } from 'commander';
import { messageOf } from '../../src/errors/thrown.js';
import { devCommand } from './dev-command.js';
import { exitCodes, exitSaying } from './exit-codes.js';
import { inFlags, sayingWhatWasMeant } from './flag-hints.js';
import { hubCommand } from './hub-command.js';
import { reportCommand } from './report-command.js';
import { statusCommand } from './status-command.js';
import { readVersion } from '../../src/metrics/version.js';
import { workerCommand } from './worker-command.js';

const program = new Command('paladin')
  .description('Distributed map and fold for RxJS: run a hub, run workers, see what they do.')
  .version(readVersion())
  .addCommand(hubCommand())
  .addCommand(workerCommand())
  .addCommand(statusCommand())
  .addCommand(reportCommand())
  .addCommand(devCommand())
  .addHelpText('after', `\n${exitCodes}`);

for (const command of [program, ...program.commands]) sayingWhatWasMeant(command);

await program.parseAsync().catch((error: unknown) => {
  exitSaying(inFlags(messageOf(error), program.commands), error);
});
