import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Server as TcpServer } from 'node:net';
import { devNull } from 'node:os';
import { later, type Later } from '../../src/real-time.js';
import type { HubEvent } from './hub-events.js';
import { descriptorsLookMs } from '../limits.js';

/**
 * Reports when a hub cannot take connections, and when it can again. As a rule it has no file descriptors left then. The system
 * closes connections that it cannot accept, and tells the process nothing. So the process has to look.
 */
export function watchDescriptors(http: TcpServer, report: (event: HubEvent) => void): { close(): void } {
  let missing: string | undefined;
  const found = (code: string | undefined): void => {
    if (code === missing) return;
    missing = code;
    if (code === undefined) report({ type: 'roomAgain', reason: 'there are file descriptors again: connections are taken' });
    else report({ type: 'outOfRoom', code, reason: `${code}: connections cannot be taken: ${reasonOf(code)}` });
  };
  const look = async (): Promise<void> => {
    try {
      await (await open(devNull, constants.O_RDONLY)).close();
      found(undefined);
    } catch (error) {
      const code = codeOf(error);
      if (code === 'EMFILE' || code === 'ENFILE') found(code);
    }
  };
  let timer: Later;
  const lookLater = (): void => {
    timer = later(() => {
      void look();
      lookLater();
    }, descriptorsLookMs);
    timer.unref();
  };
  lookLater();
  // Without a listener, an error in accepting one connection would end the process.
  http.on('error', (error) => {
    found(codeOf(error));
  });
  return {
    close: () => {
      timer.cancel();
    },
  };
}

function codeOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : String(error);
}

function reasonOf(code: string): string {
  const hint = 'raise its limit (ulimit -n), or lower --max-connections';
  if (code === 'EMFILE') return `the process has no file descriptors left; ${hint}`;
  return code === 'ENFILE' ? 'the machine has no file descriptors left' : 'the system refuses them';
}
