import { Command } from 'commander';
import type { HubStatus } from '../../src/protocol/messages.js';
import { printable } from '../../src/protocol/printable.js';
import { hubOption, option, tokenOptions } from './options.js';
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
      console.log(json ? JSON.stringify(status, undefined, 2) : describe(hub, status));
    });
}

function describe(hub: string, { uptimeMs, totals, workers, jobs, counters }: HubStatus): string {
  const { leaders, slots } = totals;
  return [
    `hub ${hub}, up ${Math.round(uptimeMs / 1000)} s: ${counted(leaders, 'leader')}, ${counted(totals.workers, 'worker')} with ${counted(slots, 'slot')}, ${counted(totals.jobs, 'job')}`,
    ...table(
      ['WORKER', 'NAME', 'SLOTS', 'LEASED', 'STATE', 'OPERATIONS'],
      workers.map((worker) => [
        worker.workerId,
        worker.name,
        String(worker.slots),
        String(worker.leased),
        worker.away ? 'away' : worker.draining ? 'draining' : 'ready',
        worker.offers.operations.join(', '),
      ]),
    ),
    ...further(totals.workers - workers.length, 'worker'),
    ...table(
      ['JOB', 'STAGES', 'PRIORITY', 'QUEUED', 'LEASED', 'SLOTS'],
      jobs.map((job) => [
        job.jobId,
        job.stages.join(' → '),
        String(job.priority),
        String(job.queued),
        String(job.leased),
        String(job.slots),
      ]),
    ),
    ...further(totals.jobs - jobs.length, 'job'),
    `counted: ${Object.entries(counters)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ')}`,
  ].join('\n');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** A line that says how many are not listed; nothing where all are. */
function further(count: number, what: string): string[] {
  return count > 0 ? [`and ${counted(count, `more ${what}`)}`] : [];
}

/** Rows under their headings, in columns as wide as their widest cell; nothing when there are no rows. */
function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const widths = headings.map((heading, column) => Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [
    '',
    ...[headings, ...rows].map((row) =>
      row
        // Peers choose names, and a terminal obeys control characters in them.
        .map((cell, column) => printable(cell).padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    ),
    '',
  ];
}
