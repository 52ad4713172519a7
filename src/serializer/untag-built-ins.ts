import { PaladinError } from '../errors/paladin-error.js';
import { bareError, NodeBuffer, typedArrayClasses } from './built-ins.js';
import { Crowding } from './crowding.js';
import { malformed } from './malformed.js';
import type { Untagging } from './tagging.js';

/** The value that a tag of one of the built-in kinds stands for. @throws an Error when it stands for nothing */
export function untagBuiltIn(untagger: Untagging, node: object, kind: unknown, content: unknown): unknown {
  switch (kind) {
    case 'undefined':
      return undefined;
    case 'number':
      return number(content);
    case 'bigint':
      return typeof content === 'string' ? untagger.expansion.bigint(content) : malformed('not a bigint');
    case 'string':
      return untagger.units(content);
    case 'Date':
      return untagger.enter(node, new Date(untagger.number(content)));
    case 'Map':
      return map(untagger, node, untagger.list(content));
    case 'Set':
      return set(untagger, node, untagger.list(content));
    case 'RegExp':
      return regExp(untagger, node, untagger.list(content));
    case 'Error':
      return error(untagger, node, untagger.list(content));
    case 'ArrayBuffer':
      return untagger.enter(node, untagger.bytes(content).buffer);
    case 'Buffer': {
      const bytes = untagger.bytes(content);
      return untagger.enter(node, NodeBuffer === undefined ? bytes : NodeBuffer.from(bytes.buffer));
    }
    default:
      return view(untagger, node, kind, content);
  }
}

function number(content: unknown): number {
  switch (content) {
    case '-0':
      return -0;
    case 'NaN':
      return NaN;
    case 'Infinity':
      return Infinity;
    case '-Infinity':
      return -Infinity;
    default:
      return malformed('not a number');
  }
}

function map(untagger: Untagging, node: object, list: readonly unknown[]): Map<unknown, unknown> {
  const made = untagger.enter(node, new Map<unknown, unknown>());
  const crowding = new Crowding(made);
  for (let at = 0; at < list.length; at += 2) {
    const key = untagger.untag(list[at]);
    made.set(key, untagger.untag(list[at + 1]));
    crowding.added(key);
  }
  return made;
}

function set(untagger: Untagging, node: object, list: readonly unknown[]): Set<unknown> {
  const made = untagger.enter(node, new Set<unknown>());
  const crowding = new Crowding(made);
  for (const each of list) {
    const item = untagger.untag(each);
    made.add(item);
    crowding.added(item);
  }
  return made;
}

function regExp(untagger: Untagging, node: object, [source, flags, lastIndex]: readonly unknown[]): RegExp {
  const made = untagger.enter(node, untagger.expansion.regExp(untagger.text(source), untagger.text(flags)));
  Reflect.set(made, 'lastIndex', untagger.untag(lastIndex));
  return made;
}

function error(untagger: Untagging, node: object, [className, hidden, own]: readonly unknown[]): Error {
  const made = untagger.enter(node, bareError(String(className)) ?? malformed('not an error class'));
  untagger.properties(hidden, made, false);
  untagger.properties(own, made, true);
  return made;
}

function view(untagger: Untagging, node: object, kind: unknown, content: unknown): ArrayBufferView {
  const type = kind === 'DataView' ? DataView : typedArrayClasses.get(String(kind));
  if (kind === 'Float16Array' && type === undefined) {
    throw new PaladinError('NOT_SERIALIZABLE', 'a Float16Array, which this engine does not have');
  }
  if (type === undefined) return malformed('an unknown tag');
  if (!Array.isArray(content)) return untagger.enter(node, new type(untagger.bytes(content).buffer));
  // The view gets its number before its buffer, as in tagging. Nothing can refer to the view in between.
  const place = untagger.reserve(node);
  const buffer = untagger.untag(content[0]);
  if (!(buffer instanceof ArrayBuffer)) return malformed('a view on something else than a buffer');
  return untagger.settle(place, new type(buffer, untagger.number(content[1]), untagger.number(content[2])));
}
