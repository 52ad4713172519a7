import { networkOf } from './addresses.js';
import type { Limits } from '../limits.js';

/** Counts connections, in all and by address. IPv6 addresses of one /64 are counted together. */
export class Connections {
  readonly #limits: Pick<Limits, 'maxConnections' | 'maxConnectionsPerAddress'>;
  readonly #byNetwork = new Map<string, number>();
  #all = 0;

  constructor(limits: Pick<Limits, 'maxConnections' | 'maxConnectionsPerAddress'>) {
    this.#limits = limits;
  }

  /** Counts a connection in. The function that it returns counts it out, once. */
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
   * Says which limit the connections exceed, including the one that was counted in last.
   *
   * @param address undefined: many peers come from it, so only the limit of all together is looked at
   * @param slack how many more connections are let pass
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
