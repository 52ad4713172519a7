import { describe, expect, it } from 'vitest';
import { defineMonoid } from '../../src/operation/monoid.js';
import { defineOperation } from '../../src/operation/operation.js';
import { Registry } from '../../src/operation/registry.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import type { Serializer } from '../../src/serializer/serializer.js';

const execute = (x: number): number => 2 * x;
const double = defineOperation({ name: 'double', execute });
const times = defineOperation({ name: 'times', version: 2, create: (factor: number) => (x: number) => factor * x });
const sum = defineMonoid({ name: 'sum', empty: () => 0, combine: (a: number, b: number) => a + b });
const mine: Serializer = { name: 'mine', encode: () => new Uint8Array(), decode: () => [] };

describe('a registry', () => {
  it('takes in operations, factories, monoids and serializers, and offers them sorted', () => {
    const registry = new Registry();
    expect([times, sum, double, mine].map((value) => registry.add(value, 'here'))).toEqual([true, true, true, true]);
    expect(registry.offers()).toEqual({
      operations: ['double@1', 'sum@1', 'times@2'],
      serializers: ['flatted', 'mine', 'msgpack'],
    });
    expect(registry.serializer('msgpack')).toBe(msgpack);
    expect(registry.lookup('times', 2, 'map').name).toBe('times');
  });

  it('passes over anything else', () => {
    const registry = new Registry();
    expect([42, null, undefined, 'double', {}, execute, { name: 'x' }].some((value) => registry.add(value, 'here'))).toBe(false);
  });

  it('takes the same definition again, by identity or by its functions', () => {
    const registry = new Registry();
    registry.add(times, 'here');
    registry.add(times(3), 'there');
    registry.add(double, 'here');
    registry.add(defineOperation({ name: 'double', execute }), 'there');
    registry.add(msgpack, 'here');
    expect(registry.offers().operations).toEqual(['double@1', 'times@2']);
  });

  it('refuses another one of the same name and version, naming both places', () => {
    const registry = new Registry();
    registry.addModule({ double }, 'file:///x/a.js');
    const other = defineOperation({ name: 'double', execute: (x: number) => x + x });
    expect(() => registry.addModule({ twice: other }, 'file:///x/b.js')).toThrow(
      "operation 'double@1' is defined twice, differently: as export 'double' of /x/a.js and as export 'twice' of /x/b.js",
    );
    expect(() => registry.add(defineOperation({ name: 'double', version: 2, execute }), 'here')).not.toThrow();
  });

  it('refuses an operation and a monoid of one key, and two serializers of one name', () => {
    const registry = new Registry();
    registry.add(sum, "export 'sum' of /x/a.js");
    expect(() => registry.add(defineOperation({ name: 'sum', execute }), "export 'total' of /x/b.js")).toThrow(
      "as monoid, export 'sum' of /x/a.js, and as operation, export 'total' of /x/b.js",
    );
    expect(() => registry.add({ ...mine, name: 'flatted' }, 'here')).toThrow("serializer 'flatted' is defined twice");
  });

  it('finds what a module exports: named, default, and one level inside arrays and plain objects', () => {
    const registry = new Registry();
    const exports = {
      default: [double],
      more: { sum, deeper: { times } },
      mine,
      again: double,
      other: 42,
      hidden: new Map([[1, times]]),
    };
    expect(registry.addModule(exports, 'file:///x/a.js')).toBe(3);
    expect(registry.offers().operations).toEqual(['double@1', 'sum@1']);
    expect(registry.addModule({ other: 42 }, 'file:///x/b.js')).toBe(0);
  });

  it('passes over exports that cannot be read', () => {
    const exports = {
      double,
      get bad(): never {
        throw new Error('not now');
      },
    };
    expect(new Registry().addModule(exports, 'file:///x/a.js')).toBe(1);
  });

  it('says what is on offer when asked for what is not there, and tells kinds apart', () => {
    const registry = new Registry();
    registry.add(double, 'here');
    registry.add(sum, 'here');
    expect(() => registry.lookup('triple', 1, 'map')).toThrow("there is no operation 'triple@1' here; on offer: double@1, sum@1");
    expect(() => registry.lookup('double', 2, 'map')).toThrow("'double@2'");
    expect(() => registry.lookup('double', 1, 'fold')).toThrow("'double@1' is an operation; a fold needs a monoid");
    expect(registry.lookup('sum', 1, 'map').kind).toBe('monoid');
  });
});
