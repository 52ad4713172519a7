import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';
import { PaladinError } from '../src/errors/paladin-error.js';

/** Whether only programs on this machine can reach it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Finds out from where a request comes: through proxies that are trusted, what they say of it; `X-Forwarded-For` of others is nothing. */
export class Addresses {
  readonly #trusted = new BlockList();

  /**
   * @param trustedProxies addresses and networks, such as `10.0.0.7` and `10.0.0.0/8`
   * @throws {@link PaladinError} `INVALID_INPUT` when one is neither
   */
  constructor(where: string, trustedProxies: readonly string[]) {
    for (const each of trustedProxies) {
      const [address = '', bits, ...rest] = each.split('/');
      const family = isIPv6(address) ? 'ipv6' : 'ipv4';
      const prefix = Number(bits);
      const isNetwork = bits !== undefined && /^\d+$/u.test(bits) && prefix <= (family === 'ipv6' ? 128 : 32);
      if (isIP(address) === 0 || rest.length > 0 || (bits !== undefined && !isNetwork)) {
        const expected = 'expected trustedProxies to be addresses or networks, such as 10.0.0.7 or 10.0.0.0/8';
        throw new PaladinError('INVALID_INPUT', `${where}: ${expected}, got '${each}'`);
      }
      if (isNetwork) this.#trusted.addSubnet(address, prefix, family);
      else this.#trusted.addAddress(address, family);
    }
  }

  isTrusted(address: string): boolean {
    return this.#trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  }

  /** The nearest address on the way that is not a trusted proxy's. */
  of(request: IncomingMessage): string {
    const forwarded = [request.headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
    let address = plain(request.socket.remoteAddress ?? '');
    while (this.isTrusted(address)) {
      const before = plain(forwarded.pop()?.trim() ?? '');
      if (isIP(before) === 0) break;
      address = before;
    }
    return address;
  }
}

/** IPv4 addresses as such, also where they come over a socket for IPv6. */
export function plain(address: string): string {
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}
