import type { AddressInfo, Server } from 'node:net';
import { PaladinError } from '../errors/paladin-error.js';

/**
 * Listens.
 *
 * @param who listens, for the error: `the hub`
 * @returns the port
 * @throws {@link PaladinError} `INVALID_INPUT` when nobody can listen at the address
 */
export async function listen(server: Server, port: number, host: string, who: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const hint =
        error.code === 'EADDRINUSE' ? '; another program listens there: choose another port, or 0 for any free one' : '';
      const message = `${who} cannot listen on ${host}:${port}: ${error.message}${hint}`;
      reject(new PaladinError('INVALID_INPUT', message, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
  // A TCP server has an address of this kind.
  return (server.address() as AddressInfo).port;
}

/** The host as it stands in a url. */
export function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
