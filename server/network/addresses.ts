import { BlockList, isIP, isIPv6 } from 'node:net';
import { describe } from '../../src/errors/describe.js';
import { PaladinError } from '../../src/errors/paladin-error.js';

/** What is looked at of a request. */
interface Request {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** Finds out from where a request comes. What trusted proxies say of it counts. `X-Forwarded-For` of others does not. */
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
        throw new PaladinError('INVALID_INPUT', `${where}: ${expected}, got ${describe(each)}`);
      }
      if (isNetwork) this.#trusted.addSubnet(address, prefix, family);
      else this.#trusted.addAddress(address, family);
    }
  }

  isTrusted(address: string): boolean {
    return this.#trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  }

  /** The nearest address on the way that is not a trusted proxy's. */
  of(request: Request): string {
    const forwarded = [request.headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
    let address = plain(request.socket.remoteAddress ?? '');
    while (this.isTrusted(address)) {
      const before = plain(withoutPort(forwarded.pop()?.trim() ?? ''));
      if (isIP(before) === 0) break;
      address = before;
    }
    return address;
  }
}

/** The address in its plain form: IPv4 addresses look like that also where they come over a socket for IPv6. */
export function plain(address: string): string {
  if (!isIPv6(address)) return address;
  const groups = groupsOf(address);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  return isMapped ? groups.slice(6).map(dotted).join('.') : address;
}

/** The network of an address: in IPv6 its /64. Whoever has one address of a /64 has all, and could come from each. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const prefix = groupsOf(address).slice(0, 4);
  return `${prefix.map((group) => group.toString(16)).join(':')}::/64`;
}

/** Some proxies say the port, too: `1.2.3.4:5678`, `[2001:db8::1]:443`; IPv6 addresses may be in brackets without one. */
function withoutPort(entry: string): string {
  const { bracketed, bare } = /^(?:\[(?<bracketed>[^\]]+)\]|(?<bare>[^:]+))(?::\d{1,5})?$/u.exec(entry)?.groups ?? {};
  return bracketed ?? bare ?? entry;
}

/**
 * The eight groups of an IPv6 address, however it is written. `::` stands for as many zeros as are missing. The end may look like
 * IPv4.
 */
function groupsOf(address: string): number[] {
  const [head = [], tail] = address
    .replace(/%.*/u, '')
    .split('::')
    .map((half) => half.split(':').flatMap(groupsIn));
  if (tail === undefined) return head;
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function groupsIn(text: string): number[] {
  if (text === '') return [];
  if (!text.includes('.')) return [Number.parseInt(text, 16)];
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number);
  return [a * 256 + b, c * 256 + d];
}

function dotted(group: number): string {
  return `${group >> 8}.${group & 0xff}`;
}
