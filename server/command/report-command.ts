import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { PaladinError } from '../../src/errors/paladin-error.js';
import { messageOf } from '../../src/errors/thrown.js';
import { hubOption, option, tokenOptions } from './options.js';
import { tokenShown } from './token-file.js';

interface Options {
  readonly hub: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly out: string;
}

export function reportCommand(): Command {
  const [tokenOption, tokenFileOption] = tokenOptions();
  return new Command('report')
    .description('keep what the page of a hub shows now as one file, to look at it later or to send it')
    .addOption(hubOption())
    .addOption(tokenOption)
    .addOption(tokenFileOption)
    .addOption(option('--out <path>', 'the file to write; - is standard output').default('report.html'))
    .action(async ({ hub, token, tokenFile, out }: Options) => {
      // Loaded by the command that needs it, so that the others start sooner.
      const { fetchReport } = await import('./fetch-report.js');
      const { readPage } = await import('../../src/http/page-file.js');
      const { withReport } = await import('../../src/page/kept-report.js');
      const report = await fetchReport(hub, tokenShown(token, tokenFile).token);
      const page = withReport(await readPage(), report);
      if (out === '-') process.stdout.write(page);
      else {
        write(out, page);
        console.log(`report written to ${out}`);
      }
    });
}

function write(path: string, page: string): void {
  try {
    writeFileSync(path, page);
  } catch (error) {
    throw new PaladinError('INVALID_INPUT', `the report cannot be written: ${messageOf(error)}`, { cause: error });
  }
}
