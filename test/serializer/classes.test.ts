import { describe, expect, it } from 'vitest';
import { PaladinError } from '../../src/errors/paladin-error.js';
import { createFlatted } from '../../src/serializer/flatted.js';
import { isSerializer } from '../../src/serializer/is-serializer.js';
import { createMsgpack } from '../../src/serializer/msgpack.js';
import { NotSerializableError, type ClassCodec } from '../../src/serializer/serializer.js';

class Point {
  readonly #x: number;
  readonly y: number;
  constructor(x: number, y: number) {
    this.#x = x;
    this.y = y;
  }
  get x(): number {
    return this.#x;
  }
}
class Point3 extends Point {}
class Node {
  parent: Node | undefined;
  children: Node[] = [];
}
class Money {
  readonly cents: bigint;
  constructor(cents: bigint) {
    this.cents = cents;
  }
}

const point: ClassCodec<Point, { x: number; y: number }> = {
  name: 'Point',
  class: Point,
  encode: (instance) => ({ x: instance.x, y: instance.y }),
  decode: ({ x, y }) => new Point(x, y),
};
const node: ClassCodec<Node, Pick<Node, 'parent' | 'children'>> = {
  name: 'Node',
  class: Node,
  encode: ({ parent, children }) => ({ parent, children }),
  decode: (encoded, blank = new Node()) => Object.assign(blank, encoded),
  create: () => new Node(),
};
const money: ClassCodec<Money, bigint> = {
  name: 'Money',
  class: Money,
  encode: ({ cents }) => cents,
  decode: (cents) => new Money(cents),
};
const { create: _, ...nodeWithoutCreate } = node;

describe.each([createMsgpack, createFlatted])('%o', (create) => {
  const serializer = create({ name: 'mine', classes: [point, node, money] });
  const trip = <T>(value: T): T => serializer.decode(serializer.encode([value]))[0] as T;

  it('carries instances of registered classes, nested in anything', () => {
    const [map] = trip([new Map([[new Point(1, 2), { cost: [new Money(2n ** 70n)] }]])]) as [Map<Point, { cost: Money[] }>];
    const [[key, value]] = [...map] as [[Point, { cost: Money[] }]];
    expect(key).toBeInstanceOf(Point);
    expect([key.x, key.y]).toEqual([1, 2]);
    expect(value.cost).toEqual([new Money(2n ** 70n)]);
    expect(value.cost[0]).toBeInstanceOf(Money);
  });

  it('carries cycles through instances', () => {
    const root = new Node();
    const child = new Node();
    child.parent = root;
    root.children.push(child, child);
    const revived = trip(root);
    expect(revived).toBeInstanceOf(Node);
    expect(revived.children).toHaveLength(2);
    expect(revived.children[0]).toBe(revived.children[1]);
    expect(revived.children[0]?.parent).toBe(revived);
    const fromChild = trip(child);
    expect(fromChild.parent?.children[0]).toBe(fromChild);
  });

  it('keeps shared instances shared, and those of different values apart', () => {
    const shared = new Point(1, 2);
    const [one, two] = serializer.decode(serializer.encode([[shared, shared], shared])) as [[Point, Point], Point];
    expect(one[0]).toBe(one[1]);
    expect(two).not.toBe(one[0]);
    expect(two.x).toBe(1);
  });

  it('refuses a cycle through an instance that nothing can stand in for', () => {
    const plain = create({ name: 'plain', classes: [nodeWithoutCreate] });
    const root = new Node();
    root.children.push(root);
    expect(() => plain.encode([root])).toThrow(
      `${'$<Node>'.replace('<', '{').replace('>', '}')}.children[0] is an instance of class Node`,
    );
    expect(plain.decode(plain.encode([new Node()]))[0]).toBeInstanceOf(Node);
  });

  it('refuses subclasses of a registered class, and bad content by its path', () => {
    expect(() => serializer.encode([new Point3(1, 2)])).toThrow('$ is an instance of class Point3, which is not registered');
    const odd = create({
      name: 'odd',
      classes: [{ name: 'Point', class: Point, encode: () => [() => 1], decode: () => new Point(0, 0) }],
    });
    expect(() => odd.encode([{ at: new Point(1, 2) }])).toThrow('$.at{Point}[0] is a function');
  });

  it('names a codec that throws', () => {
    const broken: ClassCodec = {
      name: 'Point',
      class: Point,
      encode: () => {
        throw new Error('no way');
      },
      decode: () => undefined,
    };
    const fail = (): unknown => create({ name: 'broken', classes: [broken] }).encode([[new Point(1, 2)]]);
    expect(fail).toThrow(NotSerializableError);
    expect(fail).toThrow('$[0] is an instance of class Point, whose codec could not encode it');
  });

  it('says that the other side has not registered a class', () => {
    const other = create({ name: 'mine' });
    const decode = (): unknown => other.decode(serializer.encode([new Point(1, 2)]));
    expect(decode).toThrow("class 'Point' is not registered with the serializer 'mine' here");
    expect(decode).toThrow(expect.objectContaining({ code: 'NOT_SERIALIZABLE' }));
  });

  it.each<[string, unknown]>([
    ['Expected options with a name, got undefined', undefined],
    ['Expected a name that is a non-empty string, got 5', { name: 5 }],
    ['Expected a name that is a non-empty string, got ""', { name: '' }],
    ['Expected classes to be an array, got an object with the keys a', { name: 'x', classes: { a: 1 } }],
    ['Expected a class codec (name, class, encode, decode and perhaps create), got class Point', { name: 'x', classes: [Point] }],
    [
      'Expected a class that the serializer does not carry already, got class Date',
      { name: 'x', classes: [{ ...point, class: Date }] },
    ],
    ['Expected class names to be unique, got "Point"', { name: 'x', classes: [point, { ...money, name: 'Point' }] }],
    ['Expected each class to be registered once, got class Point', { name: 'x', classes: [point, { ...point, name: 'P' }] }],
  ])('%s', (message, options) => {
    // What JavaScript users may pass.
    const make = (): unknown => create(options as Parameters<typeof create>[0]);
    expect(make).toThrow(PaladinError);
    expect(make).toThrow(message);
  });

  it('makes what isSerializer accepts', () => {
    expect(isSerializer(serializer)).toBe(true);
    expect(isSerializer({ name: 'own', encode: () => new Uint8Array(), decode: () => [] })).toBe(true);
    for (const not of [
      null,
      undefined,
      'msgpack',
      {},
      { name: '', encode() {}, decode() {} },
      { name: 'x', encode() {} },
      () => 1,
    ]) {
      expect(isSerializer(not)).toBe(false);
    }
  });
});
