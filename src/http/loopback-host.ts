import { isIP } from 'node:net';
import { PaladinError } from '../errors/paladin-error.js';
import { printable } from '../protocol/printable.js';

/** Whether only programs on this machine can reach it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/**
 * Who listens on loopback answers pages only to names of loopback. Else a web page could read them: the name of its own host may
 * come to stand for this machine.
 *
 * @throws {@link PaladinError} `PROTOCOL`
 */
export function checkHostHeader(listensOn: string, header: string | undefined): void {
  if (!isLoopback(listensOn)) return;
  const name = (header ?? '')
    .replace(/:\d*$/u, '')
    .replace(/^\[(?<address>.*)\]$/u, '$<address>')
    .toLowerCase();
  if (isLoopback(name) || name.endsWith('.localhost')) return;
  const shown = printable(name.slice(0, 300));
  throw new PaladinError('PROTOCOL', `it listens on ${listensOn}, and was asked as '${shown}': ask it as localhost`);
}
