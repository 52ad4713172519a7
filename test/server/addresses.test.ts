import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { isLoopback } from '../../src/http/loopback-host.js';
import { Addresses, networkOf, plain } from '../../server/network/addresses.js';
import { Connections } from '../../server/network/connections.js';

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
    [request('10.1.1.1', '9.9.9.9:5678'), '9.9.9.9'],
    [request('10.1.1.1', '9.9.9.9:5678, 192.168.1.1:80'), '9.9.9.9'],
    [request('10.1.1.1', '[2001:db8::1]:443'), '2001:db8::1'],
    [request('10.1.1.1', '[2001:db8::1]'), '2001:db8::1'],
    [request('10.1.1.1', '2001:db8::1:443'), '2001:db8::1:443'],
    [request('10.1.1.1', '[::ffff:9.9.9.9]:443'), '9.9.9.9'],
    [request('10.1.1.1', '::FFFF:909:909'), '9.9.9.9'],
    [request('10.1.1.1', '9.9.9.9:x'), '10.1.1.1'],
    [request('10.1.1.1', '[2001:db8::1'), '10.1.1.1'],
    [request('10.1.1.1', '[nonsense]:1'), '10.1.1.1'],
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

describe('whose an address is', () => {
  it.each([
    ['1.2.3.4', '1.2.3.4'],
    ['2001:db8:0:1::7', '2001:db8:0:1::/64'],
    ['2001:DB8:0:1:a:b:c:d', '2001:db8:0:1::/64'],
    ['2001:db8:0000:0001::', '2001:db8:0:1::/64'],
    ['2001:db8::2:0:0:1', '2001:db8:0:0::/64'],
    ['64:ff9b::1.2.3.4', '64:ff9b:0:0::/64'],
    ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['', ''],
  ])('of %o: %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it.each([
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['::FFFF:102:304', '1.2.3.4'],
    ['0:0:0:0:0:ffff:1.2.3.4', '1.2.3.4'],
    ['::1.2.3.4', '::1.2.3.4'],
    ['1::ffff:1.2.3.4', '1::ffff:1.2.3.4'],
    ['2001:db8::1', '2001:db8::1'],
    ['1.2.3.4', '1.2.3.4'],
    ['', ''],
  ])('is plain of %o: %s', (address, expected) => {
    expect(plain(address)).toBe(expected);
  });
});

describe('connections by address', () => {
  const limits = { maxConnections: 100, maxConnectionsPerAddress: 2 };

  it('are counted by /64 in IPv6', () => {
    const connections = new Connections(limits);
    const leave = connections.enter('2001:db8::1');
    connections.enter('2001:db8::2');
    connections.enter('2001:db8:0:1::1');
    expect(connections.exceeded('2001:db8::2')).toBeUndefined();
    connections.enter('2001:db8::3:0:0:3');
    const exceeded = 'more than 2 connections from 2001:db8:0:0::/64 (maxConnectionsPerAddress)';
    expect(connections.exceeded('2001:db8::3')).toBe(exceeded);
    expect(connections.exceeded('2001:db8:0:1::1')).toBeUndefined();
    leave();
    expect(connections.exceeded('2001:db8::3')).toBeUndefined();
  });

  it('are counted one by one in IPv4, also over a socket for IPv6', () => {
    const connections = new Connections(limits);
    for (const last of [1, 2, 3]) connections.enter(plain(`::ffff:1.2.3.${last}`));
    expect(connections.exceeded(plain('::ffff:1.2.3.3'))).toBeUndefined();
  });
});
