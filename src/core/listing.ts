/**
 * A peer that comes back may have much to say of its past. It says it in several messages. To handle each of them takes little
 * time.
 */
import { maxListed } from '../limits.js';
import type { JobAttempt, LeaderToHub, Possession, UnderWay, WorkerToHub } from '../protocol/messages.js';

/** The jobs that live, in one message or several. */
export function resumeMessages(jobs: readonly number[]): LeaderToHub[] {
  return withMore(piecesOf(jobs).map((piece) => ({ type: 'resume', jobs: piece })));
}

/** Opens a job again and says what it has under way, in one message or several. */
export function reopenMessages(open: Extract<LeaderToHub, { type: 'open' }>, attempts: readonly UnderWay[]): LeaderToHub[] {
  const [first = [], ...others] = piecesOf(attempts);
  const { job } = open;
  return withMore([{ ...open, resumed: first }, ...others.map((piece) => ({ type: 'underWay', job, attempts: piece }) as const)]);
}

/** What a worker has, in one message or several. */
export function reportMessages(possessions: readonly Possession[], ending: readonly JobAttempt[]): WorkerToHub[] {
  const reports: { type: 'report'; jobs: Possession[]; ending: readonly JobAttempt[] }[] = [];
  let room = 0;
  for (const possession of possessions.flatMap(split)) {
    const attempts = attemptsIn(possession);
    if (attempts > room) {
      reports.push({ type: 'report', jobs: [], ending: [] });
      room = maxListed;
    }
    reports.at(-1)?.jobs.push(possession);
    room -= attempts;
  }
  for (const piece of piecesOf(ending)) {
    const last = reports.at(-1);
    if (last !== undefined && last.ending.length === 0 && piece.length <= room) last.ending = piece;
    else reports.push({ type: 'report', jobs: [], ending: piece });
  }
  return withMore(reports);
}

/** Possessions of the same job with no more attempts each than go into a message. */
function split(possession: Possession): Possession[] {
  const { jobId, running, held } = possession;
  if (attemptsIn(possession) <= maxListed) return [possession];
  return [
    ...piecesOf(running).map((piece) => ({ jobId, running: piece, held: [] })),
    ...piecesOf(held).map((piece) => ({ jobId, running: [], held: piece })),
  ].filter((piece) => attemptsIn(piece) > 0);
}

function attemptsIn({ running, held }: Possession): number {
  return running.length + held.length;
}

/** Pieces of the list that each fit into a message. An empty list is one empty piece. */
function piecesOf<T>(list: readonly T[]): (readonly T[])[] {
  const pieces = [list.slice(0, maxListed)];
  for (let at = maxListed; at < list.length; at += maxListed) pieces.push(list.slice(at, at + maxListed));
  return pieces;
}

/** Says in all messages but the last that more of them follow. */
function withMore<T extends object>(messages: readonly T[]): (T & { readonly more?: boolean })[] {
  return messages.map((message, at) => (at < messages.length - 1 ? { ...message, more: true } : message));
}
