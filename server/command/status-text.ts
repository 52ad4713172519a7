/** The status of a hub as text for people. `--json` has all of it. */
import type { HubStatus } from '../../src/protocol/hub-status.js';
import { duration, grouped } from '../../src/core/job/in-words.js';
import { printable } from '../../src/protocol/printable.js';
import { textTable } from './text-table.js';

/** The text, in parts that stand below each other. `before`: the status some time ago, for what is done in a second. */
export function statusText(hub: string, status: HubStatus, before?: HubStatus): string {
  const tables = [jobsTable(status), workersTable(status), operationsTable(status, before)];
  const { state, text } = status.verdict;
  return [summary(hub, status), printable(`${state}: ${text}`), ...tables.flat(), ...counted(status)].join('\n');
}

function summary(hub: string, { uptimeMs, totals }: HubStatus): string {
  const { leaders, workers, slots, jobs } = totals;
  const up = `hub ${hub}, up ${Math.round(uptimeMs / 1000)} s`;
  return `${up}: ${many(leaders, 'leader')}, ${many(workers, 'worker')} with ${many(slots, 'slot')}, ${many(jobs, 'job')}`;
}

function workersTable({ workers, totals }: HubStatus): string[] {
  const rows = workers.map(({ workerId, name, slots, leased, away, draining, offers, oldest, executing }) => [
    workerId,
    name,
    String(slots),
    String(leased),
    away ? 'away' : draining ? 'draining' : 'ready',
    executing === undefined ? heldLongest(oldest) : executedNow(executing),
    offers.operations.join(', '),
  ]);
  const headings = ['WORKER', 'NAME', 'SLOTS', 'LEASED', 'STATE', 'EXECUTES', 'OPERATIONS'];
  return [...textTable(headings, rows), ...further(totals.workers - rows.length, 'worker')];
}

type Worker = HubStatus['workers'][number];

/** As the hub sees it. */
function heldLongest([oldest]: Worker['oldest']): string {
  return oldest === undefined ? '' : `has ${oldest.stages.join(' → ')} for ${duration(oldest.forMs)}`;
}

/** So many of its slots have room in a row. */
const slotsShown = 3;

/** As the worker sees it: what it executes for longest comes first. */
function executedNow(executing: NonNullable<Worker['executing']>): string {
  const longest = executing.toSorted((a, b) => b.forMs - a.forMs);
  const shown = longest.slice(0, slotsShown).map(({ operation, forMs }) => `${operation} for ${duration(forMs)}`);
  const more = executing.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

function jobsTable({ jobs, totals }: HubStatus): string[] {
  const rows = jobs.map(({ jobId, stages, priority, queued, leased, slots, progress }) => [
    progress === undefined || progress.name === '' ? jobId : progress.name,
    stages.join(' → '),
    progress === undefined ? '' : doneOf(progress),
    progress === undefined ? '' : grouped(Math.round(progress.perSecond)),
    progress?.remainingMs === undefined ? '' : rangeOf(progress.remainingMs),
    String(priority),
    String(queued),
    String(leased),
    String(slots),
  ]);
  const headings = ['JOB', 'STAGES', 'DONE', 'PER SECOND', 'REMAINS', 'PRIORITY', 'QUEUED', 'LEASED', 'SLOTS'];
  // Its leader knows more of it than the hub.
  const reasons = jobs.map(({ waitsFor, progress }) => printable(progress?.waitsFor ?? waitsFor));
  return [...withReasons(textTable(headings, rows), reasons), ...further(totals.jobs - rows.length, 'job')];
}

/** Why a job waits stands below it, where windows that are narrow show it, too. */
function withReasons(lines: readonly string[], reasons: readonly string[]): string[] {
  // Before the first row are an empty line and the headings.
  return lines.flatMap((line, at) => {
    const reason = reasons[at - 2] ?? '';
    return reason === '' ? [line] : [line, `  └ ${reason}`];
  });
}

type Progress = NonNullable<HubStatus['jobs'][number]['progress']>;

/** As in `██░░░░░░░░ 2,500 of 10,000 (25 %), 3 skipped`. */
function doneOf({ done, taken, total, skipped, retried }: Progress): string {
  const known = total ?? taken;
  const share = total === undefined || total === 0 ? '' : ` (${Math.floor((100 * done) / total)} %)`;
  const rest = [...(skipped > 0 ? [`${grouped(skipped)} skipped`] : []), ...(retried > 0 ? [`${grouped(retried)} retried`] : [])];
  const sum = `${grouped(done)} of ${grouped(known)}${total === undefined ? ' taken' : share}`;
  return [total === undefined ? sum : `${bar(done / Math.max(1, total))} ${sum}`, ...rest].join(', ');
}

const barWidth = 10;

function bar(share: number): string {
  const filled = Math.floor(barWidth * Math.min(1, share));
  return `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`;
}

function rangeOf({ least, most }: NonNullable<Progress['remainingMs']>): string {
  const [from, to] = [duration(least), duration(most)];
  return from === to ? from : `${from} to ${to}`;
}

/** Operations that have done anything; elements in a second where that is known. */
function operationsTable({ epoch, uptimeMs, operations }: HubStatus, before: HubStatus | undefined): string[] {
  const earlier = before?.epoch === epoch ? before : undefined;
  const seconds = (uptimeMs - (earlier?.uptimeMs ?? uptimeMs)) / 1_000;
  const rows = operations
    .filter(({ elements }) => elements > 0)
    .map(({ name, elements, failures, retries }) => {
      const past = earlier?.operations.find((each) => each.name === name)?.elements ?? 0;
      const perSecond = seconds > 0 ? grouped(Math.round((elements - past) / seconds)) : '';
      return [name, grouped(elements), perSecond, grouped(failures), grouped(retries)];
    });
  return textTable(['OPERATION', 'ELEMENTS', 'PER SECOND', 'FAILURES', 'BEGUN AGAIN'], rows);
}

/**
 * What has happened since the hub started. What is not here concerns only those who work on the hub: answers and messages that
 * came too late, and attempts that workers brought back.
 */
function counted({ counters }: HubStatus): string[] {
  // A hub of another version may count other things.
  const sum = (...names: readonly string[]): number => names.reduce((total, name) => total + (counters[name] ?? 0), 0);
  const done = [`${many(sum('batches'), 'batch', 'batches')} taken`, `${sum('results')} answered`];
  if (sum('lost') > 0) done.push(`${sum('lost')} given back without an answer`);
  const refused: readonly (readonly [count: number, one: string, rest: string])[] = [
    [sum('unauthorized'), 'connection', ' without the right token'],
    [sum('overLimit', 'floods'), 'connection', ' above a limit'],
    [sum('unreadable', 'silent'), 'connection', ' of another version, or of no peer'],
    [sum('expelled'), 'peer', ' that broke the protocol or a limit'],
    [sum('refused'), 'job', ' above a limit'],
    [sum('forged'), 'answer', ' to what the worker was not given'],
  ];
  const told = refused.filter(([count]) => count > 0).map(([count, one, rest]) => `${many(count, one)}${rest}`);
  return [`since its start: ${done.join(', ')}`, ...(told.length === 0 ? [] : [`refused: ${told.join(', ')}`])];
}

function many(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}

/** A line that says how many are not listed; nothing where all are. */
function further(count: number, what: string): string[] {
  return count > 0 ? [`and ${many(count, `more ${what}`)}`] : [];
}
