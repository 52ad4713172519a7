import type { Limits } from './limits.js';

/** Counts connections, in all and by address. */
export class Connections {
  readonly #limits: Pick<Limits, 'maxConnections' | 'maxConnectionsPerAddress'>;
  readonly #byAddress = new Map<string, number>();
  #all = 0;

  constructor(limits: Pick<Limits, 'maxConnections' | 'maxConnectionsPerAddress'>) {
    this.#limits = limits;
  }

  /** Counts one in; the result counts it out, once. */
  enter(address: string): () => void {
    this.#all += 1;
    this.#byAddress.set(address, this.#of(address) + 1);
    let here = true;
    return () => {
      if (!here) return;
      here = false;
      this.#all -= 1;
      const left = this.#of(address) - 1;
      if (left === 0) this.#byAddress.delete(address);
      else this.#byAddress.set(address, left);
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
    if (address !== undefined && this.#of(address) > maxConnectionsPerAddress + slack) {
      return `more than ${maxConnectionsPerAddress} connections from ${address} (maxConnectionsPerAddress)`;
    }
    return undefined;
  }

  #of(address: string): number {
    return this.#byAddress.get(address) ?? 0;
  }
}
