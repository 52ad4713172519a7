import { showingCall } from '../../src/errors/call-site.js';
import { hostInUrl } from '../../src/http/listen.js';
import type { HubStatus } from '../../src/protocol/hub-status.js';
import { hubConfigFrom, type HubOptions, type TlsOptions, type TokenOptions } from './hub-options.js';
import { HubServer } from './hub-server.js';

/** A hub that is listening. */
export interface Hub extends AsyncDisposable {
  /** Where leaders and workers connect, such as `http://127.0.0.1:7400`. */
  readonly url: string;
  /** The port on which it listens. */
  readonly port: number;
  /** Says who is connected, and what is queued and running. Its lists are whole. */
  status(): HubStatus;
  /**
   * Exchanges the tokens that peers must show. Peers that are connected with a token that is not valid any more are disconnected,
   * with `UNAUTHORIZED`.
   *
   * @param tokens all of them: they replace those that were valid
   * @throws {@link PaladinError} `INVALID_INPUT` when a token is wrong, or a role would be open that was not
   */
  setTokens(tokens: TokenOptions): void;
  /**
   * Exchanges the certificate, for connections that are made from now on.
   *
   * @param tls the new certificate and its key
   * @throws {@link PaladinError} `INVALID_INPUT` when it cannot be read, or the hub does not speak TLS
   */
  setTls(tls: TlsOptions): void;
  /** Says goodbye to all peers, and closes. Jobs wait at their leaders for a hub to come back. */
  close(): Promise<void>;
}

/**
 * Starts a hub: it routes the batches of leaders to workers, and the results back.
 *
 * @param options see {@link HubOptions}
 * @returns the hub, once it is listening
 * @throws {@link PaladinError} `INVALID_INPUT` when an option is wrong, or when nobody can listen at the address
 *
 * @example
 * ```ts
 * import { startHub } from 'paladin-rx/server';
 *
 * const hub = await startHub({ port: 0 });
 * console.log(hub.status().workers.length); // 0
 * await hub.close();
 * ```
 */
export async function startHub(options: HubOptions = {}): Promise<Hub> {
  return await showingCall(startHub, () => listening(options));
}

async function listening(options: HubOptions): Promise<Hub> {
  const config = hubConfigFrom(options);
  const server = new HubServer(config);
  const port = await server.listen();
  const close = async (): Promise<void> => {
    await server.close();
  };
  return {
    url: `${config.tls === undefined ? 'http' : 'https'}://${hostInUrl(config.host)}:${port}${config.path}`,
    port,
    status: () => server.status(),
    setTokens: (tokens) => {
      server.setTokens(tokens);
    },
    setTls: (tls) => {
      server.setTls(tls);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
