import { NodeBuffer } from './built-ins.js';

/**
 * Values as plain data. A value that is not plain becomes a tag: an object with exactly the two keys `$` (what it is) and `v`
 * (its content):
 *
 * | `$` | `v` |
 * | --- | --- |
 * | `undefined` | null |
 * | `number` | `'-0'`, `'NaN'`, `'Infinity'`, `'-Infinity'` |
 * | `bigint` | its decimal digits |
 * | `string` | its UTF-16 units as little-endian bytes: what UTF-8 cannot carry |
 * | `object`, `null-object` | key, value, key, value, …: an object with keys that plain data cannot have (such as `$`), with very
 * many, or without a prototype |
 * | `Date` | its time in milliseconds |
 * | `Map` | key, value, key, value, … |
 * | `Set` | its items |
 * | `RegExp` | source, flags, lastIndex |
 * | `Error` | the built-in class, the hidden properties (key, value, …), the enumerable ones (key, value, …) |
 * | `ArrayBuffer`, `Buffer` | its bytes |
 * | `DataView`, `Uint8Array`, … | its bytes; or, where others show the same buffer: the ArrayBuffer, byteOffset, length |
 * | `class` | the registered name, what its codec made of it |
 * | `ref` | the object met before under this number, counted in the order in which they were met |
 *
 * Plain objects and arrays stay what they are, and their items are tagged in turn. There are two dialects.
 *
 * - Text, for JSON, tags all of the above, and writes bytes as base64. An object that comes again is the same node, so that the
 *   writer of the text sees the cycle.
 * - Binary, for msgpack, carries undefined, NaN, infinities, bigint and bytes as they are. It has the tag `ref`, so that its
 *   nodes are a tree.
 */
export type TagNode = null | undefined | boolean | number | bigint | string | Uint8Array | TagNode[] | { [key: string]: TagNode };

export type Dialect = 'text' | 'binary';

/** A tag under construction: `v` is filled when the place of the tag is already known. */
export type Tag = { $: string; v: TagNode };

export function tag($: string, v: TagNode): Tag {
  return { $, v };
}

/** How many bytes are made a string at once. They are arguments of a call, which live on the stack. */
const chunkBytes = 0x2000;

export function toBase64(bytes: Uint8Array): string {
  if (NodeBuffer !== undefined) return NodeBuffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  let binary = '';
  for (let at = 0; at < bytes.length; at += chunkBytes) binary += String.fromCharCode(...bytes.subarray(at, at + chunkBytes));
  return btoa(binary);
}

/** @returns bytes with a buffer of their own */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  if (NodeBuffer !== undefined) return new Uint8Array(NodeBuffer.from(text, 'base64'));
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

export function toUtf16(text: string): Uint8Array {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let at = 0; at < text.length; at++) view.setUint16(at * 2, text.charCodeAt(at), true);
  return new Uint8Array(view.buffer);
}

export function fromUtf16(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const units = Array.from({ length: bytes.byteLength >> 1 }, (_, at) => view.getUint16(at * 2, true));
  let text = '';
  for (let at = 0; at < units.length; at += chunkBytes) text += String.fromCharCode(...units.slice(at, at + chunkBytes));
  return text;
}
