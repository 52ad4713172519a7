import { bytesOf, errorNames, hiddenErrorKeys, NodeBuffer, typedArrayNames } from './built-ins.js';
import { isArrayBuffer } from './realms.js';
import { mapValueStep } from './path.js';
import { refuseExtras } from './tag-refusals.js';
import type { Tagging } from './tagging.js';
import { tag, type TagNode } from './tags.js';

/**
 * Tags an instance of one of the built-in classes. It uses their own methods. These throw where an object only has the prototype.
 *
 * @returns the tag; undefined when the prototype is none of theirs
 */
export function tagBuiltIn(tagger: Tagging, value: object, prototype: object): TagNode {
  switch (prototype) {
    case Date.prototype:
      refuseExtras(tagger, value, undefined, 0);
      return enterTag(tagger, value, 'Date', tagger.tag(Date.prototype.getTime.call(value)));
    case Map.prototype:
      return tagMap(tagger, value);
    case Set.prototype:
      return tagSet(tagger, value);
    case RegExp.prototype:
      return tagRegExp(tagger, value);
    case ArrayBuffer.prototype:
      return tagBuffer(tagger, value);
    case DataView.prototype:
      return tagView(tagger, value, 'DataView');
    case NodeBuffer?.prototype:
      return tagNodeBuffer(tagger, value);
  }
  const typedArray = typedArrayNames.get(prototype);
  if (typedArray !== undefined) return tagView(tagger, value, typedArray);
  const error = errorNames.get(prototype);
  return error === undefined ? undefined : tagError(tagger, value, error);
}

function enterTag(tagger: Tagging, value: object, $: string, v: TagNode): TagNode {
  return tagger.enter(value, tag($, v));
}

function tagMap(tagger: Tagging, value: object): TagNode {
  const list: TagNode[] = [];
  const node = enterTag(tagger, value, 'Map', list);
  let place = 0;
  for (const [key, item] of Map.prototype.entries.call(value)) {
    const at = place++;
    list.push(tagger.tagAt({ text: () => `[key ${at}]` }, key), tagger.tagAt(mapValueStep(key, at), item));
  }
  refuseExtras(tagger, value, undefined, 0);
  return node;
}

function tagSet(tagger: Tagging, value: object): TagNode {
  const list: TagNode[] = [];
  const node = enterTag(tagger, value, 'Set', list);
  for (const item of Set.prototype.values.call(value)) {
    const at = list.length;
    list.push(tagger.tagAt({ text: () => `[item ${at}]` }, item));
  }
  refuseExtras(tagger, value, undefined, 0);
  return node;
}

function tagRegExp(tagger: Tagging, value: object): TagNode {
  refuseExtras(tagger, value, undefined, 0);
  const content: TagNode[] = [];
  const node = enterTag(tagger, value, 'RegExp', content);
  for (const key of ['source', 'flags', 'lastIndex']) content.push(tagger.tagAt(key, Reflect.get(value, key)));
  const [source, flags] = content;
  if (typeof source === 'string' && typeof flags === 'string') {
    tagger.expandedBytes += source.length;
    tagger.expansion.chargeRegExp(source, flags);
  }
  return node;
}

function tagError(tagger: Tagging, value: object, className: string): TagNode {
  const content: TagNode[] = [className];
  const node = enterTag(tagger, value, 'Error', content);
  const keys = Object.keys(value);
  const hidden = hiddenErrorKeys.filter((key) => Object.hasOwn(value, key) && !keys.includes(key));
  content.push(tagger.tagProperties(value, hidden), tagger.tagProperties(value, keys));
  refuseExtras(tagger, value, keys, keys.length);
  return node;
}

function tagBuffer(tagger: Tagging, value: object): TagNode {
  if (!isArrayBuffer(value)) return tagger.refuse('an object that pretends to be an ArrayBuffer');
  if (Reflect.get(value, 'resizable') === true) return tagger.refuse('a resizable ArrayBuffer');
  tagger.showsShared(value);
  refuseExtras(tagger, value, undefined, 0);
  return enterTag(tagger, value, 'ArrayBuffer', tagger.bytes(new Uint8Array(value)));
}

/** A Buffer travels as its bytes alone. Small ones are views on one pool, which holds others' data. */
function tagNodeBuffer(tagger: Tagging, value: object): TagNode {
  const view = asView(tagger, value);
  refuseExtras(tagger, value, undefined, view.byteLength);
  return enterTag(tagger, value, 'Buffer', tagger.bytes(bytesOf(view)));
}

function tagView(tagger: Tagging, value: object, className: string): TagNode {
  const view = asView(tagger, value);
  const length: unknown = className === 'DataView' ? view.byteLength : Reflect.get(view, 'length');
  refuseExtras(tagger, value, undefined, className === 'DataView' ? 0 : Number(length));
  if (!tagger.showsShared(view.buffer) || !isArrayBuffer(view.buffer)) {
    return enterTag(tagger, value, className, tagger.bytes(bytesOf(view)));
  }
  const content: TagNode[] = [];
  const node = enterTag(tagger, value, className, content);
  content.push(tagger.tag(view.buffer), view.byteOffset, Number(length));
  return node;
}

function asView(tagger: Tagging, value: object): ArrayBufferView {
  return ArrayBuffer.isView(value) ? value : tagger.refuse('an object that pretends to be a view on bytes');
}
