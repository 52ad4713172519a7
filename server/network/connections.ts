import { networkOf } from './addresses.js';
import type { Limits } from '../limits.js';

/** Counts connections, in all and by address; IPv6 addresses of one /64 are counted together. */
export class Connections {
  readonly #limits: Pick<Limits, 'maxConnections' | 'maxConnectionsPerAddress'>;
  readonly #byNetwork = new Map<string, number>();
  #all = 0;

  constructor(limits: Pick<Limits, 'maxConnections' | 'maxConnectionsPerAddress'>) {
    this.#limits = limits;
  }

  /** Counts one in; the result counts it out, once. */
  enter(address: string): () => void {
    const network = networkOf(address);
    this.#all += 1;
    this.#byNetwork.set(network, this.#of(network) + 1);
    let here = true;
    return () => {
      if (!here) return;
      here = false;
      this.#all -= 1;
      const left = this.#of(network) - 1;
      if (left === 0) this.#byNetwork.delete(network);
      else this.#byNetwork.set(network, left);
    };
  }

  /**
   * The limit beyond which the connections are, those that were counted in last included.
   *
   * @param address undefined: many come from it, so that only all together are counted
   * @param slack so many more are let pass
   */
  exceeded(address: string | undefined, slack = 0): string | undefined {
    const { maxConnections, maxConnectionsPerAddress } = this.#limits;
    if (this.#all > maxConnections + slack) return `more than ${maxConnections} connections (maxConnections)`;
    if (address === undefined) return undefined;
    const network = networkOf(address);
    if (this.#of(network) <= maxConnectionsPerAddress + slack) return undefined;
    return `more than ${maxConnectionsPerAddress} connections from ${network} (maxConnectionsPerAddress)`;
  }

  #of(network: string): number {
    return this.#byNetwork.get(network) ?? 0;
  }
}
