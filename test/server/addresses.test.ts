import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { Addresses, isLoopback } from '../../server/addresses.js';

/** A request over a connection from an address, with what was said of where it came from before. */
function request(remoteAddress: string, forwarded?: string | string[]): IncomingMessage {
  // All that is looked at.
  return { socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } } as unknown as IncomingMessage;
}

describe('where a connection comes from', () => {
  const addresses = new Addresses('test', ['10.0.0.0/8', '192.168.1.1', 'fd00::/8']);

  it.each([
    [request('1.2.3.4'), '1.2.3.4'],
    [request('::ffff:1.2.3.4'), '1.2.3.4'],
    [request('1.2.3.4', '9.9.9.9'), '1.2.3.4'],
    [request('10.1.1.1', '9.9.9.9'), '9.9.9.9'],
    [request('::ffff:10.1.1.1', '9.9.9.9'), '9.9.9.9'],
    [request('10.1.1.1', '6.6.6.6, 9.9.9.9'), '9.9.9.9'],
    [request('10.1.1.1', '9.9.9.9, 192.168.1.1'), '9.9.9.9'],
    [request('10.1.1.1', ['6.6.6.6', '9.9.9.9']), '9.9.9.9'],
    [request('fd00::1', '2001:db8::7'), '2001:db8::7'],
    [request('10.1.1.1', 'nonsense'), '10.1.1.1'],
    [request('10.1.1.1', ''), '10.1.1.1'],
    [request('10.1.1.1'), '10.1.1.1'],
    [request('192.168.1.2', '9.9.9.9'), '192.168.1.2'],
  ])('is the nearest that is not a trusted proxy', (asked, address) => {
    expect(addresses.of(asked)).toBe(address);
  });

  it.each(['10.0.0.0/33', 'example.org', '10.0.0.1/8/8', '10.0.0.0/x', ''])('is not asked of %o', (proxy) => {
    expect(() => new Addresses('test', [proxy])).toThrow(/expected trustedProxies to be addresses or networks/u);
  });

  it.each([
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['::1', true],
    ['localhost', true],
    ['0.0.0.0', false],
    ['::', false],
    ['192.168.0.1', false],
    ['127.example.org', false],
    ['', false],
  ])('is only this machine for a hub on %o: %s', (host, loopback) => {
    expect(isLoopback(host)).toBe(loopback);
  });
});
